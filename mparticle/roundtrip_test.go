package mparticle_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
)

// TestRoundTrip encodes any batch, decodes it strictly, and gets the same batch
// and the same bytes again.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := batches(false).Draw(t, "batch")
		encoded, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		again, err := mparticle.DecodeBatch(encoded)
		if err != nil {
			t.Fatalf("%s: %v", encoded, err)
		}
		if !reflect.DeepEqual(again, b) {
			t.Fatalf("%s was decoded otherwise", encoded)
		}
		if twice, err := json.Marshal(again); err != nil || !bytes.Equal(twice, encoded) {
			t.Fatalf("encoded\n%s\nthen\n%s (%v)", encoded, twice, err)
		}
	})
}

// TestValidateAgreesWithTheSandbox holds two readings of the documentation
// against each other: what Validate finds right the sandbox takes, what it finds
// wrong the sandbox refuses.
func TestValidateAgreesWithTheSandbox(t *testing.T) {
	right, wrong := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		b := batches(rapid.Bool().Draw(t, "mistakes")).Draw(t, "batch")
		problems := b.Validate()
		encoded, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/events", bytes.NewReader(encoded))
		r.SetBasicAuth("k", "s")
		w := httptest.NewRecorder()
		sandbox.New(sandbox.Options{}).ServeHTTP(w, r)
		if (w.Code == 202) != (len(problems) == 0) {
			t.Fatalf("%s: the sandbox says %d %s, Validate %v", encoded, w.Code, w.Body, problems)
		}
		if len(problems) == 0 {
			right++
		} else {
			wrong++
		}
	})
	if right == 0 || wrong == 0 {
		t.Errorf("%d were right and %d wrong: the generator is one-sided", right, wrong)
	}
}

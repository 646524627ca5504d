package mparticle_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"mpimport/mparticle"
	"mpimport/mparticle/sandbox"
)

// samples are the documents of testdata/samples by name: one for each event type
// and object.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/samples/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	all := map[string][]byte{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(file), ".json")] = text
	}
	return all
}

// tree decodes any JSON, to the last digit.
func tree(t testing.TB, text []byte) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSamples decodes each sample strictly, encodes it to what it was, finds
// nothing wrong with it, and sends it to the sandbox, which knows the API on its
// own.
func TestSamples(t *testing.T) {
	for name, text := range samples(t) {
		t.Run(name, func(t *testing.T) {
			b, err := mparticle.DecodeBatch(text)
			if err != nil {
				t.Fatal(err)
			}
			if problems := b.Validate(); problems != nil {
				t.Errorf("Validate says %v", problems)
			}
			encoded, err := json.Marshal(b)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := tree(t, encoded), tree(t, text); !reflect.DeepEqual(got, want) {
				t.Errorf("encoded as\n%v\nwant\n%v", got, want)
			}
			r := httptest.NewRequest("POST", "/v2/events", bytes.NewReader(encoded))
			r.SetBasicAuth("k", "s")
			w := httptest.NewRecorder()
			sandbox.New(sandbox.Options{}).ServeHTTP(w, r)
			if w.Code != 202 {
				t.Errorf("the sandbox says %d %s", w.Code, w.Body)
			}
		})
	}
}

// TestSamplesAreFull checks that every path of the catalog is in a sample.
func TestSamplesAreFull(t *testing.T) {
	present := map[string]bool{}
	for _, text := range samples(t) {
		batch := tree(t, text).(map[string]any)
		events, _ := batch["events"].([]any)
		delete(batch, "events")
		collect(mparticle.BatchFields(), batch, "", present)
		for _, e := range events {
			kind := e.(map[string]any)["event_type"].(string)
			fields, ok := mparticle.EventFields(mparticle.EventType(kind))
			if !ok {
				t.Fatalf("no fields of %s", kind)
			}
			collect(fields, e.(map[string]any)["data"], kind+" ", present)
			collect(fields, e.(map[string]any)["data"], "any ", present)
		}
	}
	shared := map[string]bool{}
	start, _ := mparticle.EventFields(mparticle.TypeFirstRun) // has nothing of its own
	for path := range start.Paths() {
		shared[path] = true
	}
	for path := range mparticle.BatchFields().Paths() {
		if !present[path] {
			t.Errorf("no sample has %s", path)
		}
	}
	for _, kind := range mparticle.EventTypes() {
		fields, _ := mparticle.EventFields(kind)
		for path := range fields.Paths() {
			scope := string(kind) + " "
			if shared[path] {
				scope = "any "
			}
			if !present[scope+path] {
				t.Errorf("no sample has %s%s", scope, path)
			}
		}
	}
}

// collect notes the catalog's paths that a value has.
func collect(f *mparticle.Field, v any, path string, present map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			if f.Shape == mparticle.Map {
				collect(f.Elem, value, under(path, f.Key), present)
			} else if m, ok := f.Member(name); ok {
				collect(m, value, under(path, name), present)
			}
		}
	case []any:
		if f.Shape != mparticle.List || f.Elem.Shape == mparticle.Leaf {
			present[path] = true
			return
		}
		for _, item := range v {
			collect(f.Elem, item, path+"[]", present)
		}
	default:
		present[path] = true
	}
}

// under joins a name to a path, which may be empty or a scope with a space.
func under(path, name string) string {
	if path == "" || strings.HasSuffix(path, " ") {
		return path + name
	}
	return path + "." + name
}

package sandbox

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkRequest answers requests of 50 batches of 10 events each, about 170
// KB.
func BenchmarkRequest(b *testing.B) {
	var batches []string
	for user := range 50 {
		var events []string
		for i := range 10 {
			events = append(events, fmt.Sprintf(`{"event_type":"custom_event","data":{"source_message_id":"3f6c9a80-8e0f-8ba2-9f8e-%012d",`+
				`"timestamp_unixtime_ms":1700000000000,"custom_attributes":{"a":"value one","b":12.50,"c":true,"d":"some text","e":"x"},`+
				`"event_name":"Viewed product","custom_event_type":"navigation"}}`, i))
		}
		batches = append(batches, fmt.Sprintf(`{"environment":"development","user_identities":{"customer_id":"%d","email":"a@example.com"},`+
			`"user_attributes":{"$FirstName":"Ann","Tier":"gold"},"events":[%s]}`, user, strings.Join(events, ",")))
	}
	body := "[" + strings.Join(batches, ",") + "]"
	s := New(Options{})
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if w := send(s, "POST", "/bulkevents", body); w.Code != 202 {
			b.Fatal(w.Body)
		}
	}
}

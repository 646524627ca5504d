package mapping

import "testing"

func TestReplay(t *testing.T) {
	const replay = head + "source: {format: mparticle}\n"
	const batch = `{"batch_id":-1,"schema_version":1,"environment":"production","timestamp_unixtime_ms":5,"mpid":9007199254740993,"source_request_id":"old",` +
		`"user_identities":{"email":"a@x.io","customer_id":"0007"},"user_attributes":{"n":1.50,"list":["a"]},"context":{"data_plan":{"plan_version":2,"plan_id":"p"},"block_metadata":{"x":1}},` +
		`"events":[{"event_type":"custom_event","data":{"event_id":5,"custom_event_type":"other","event_name":"E","timestamp_unixtime_ms":1704067200000,"event_hash":7,"custom_attributes":{"b":null,"a":1}}}]}`
	const fields = `"mpid":9007199254740993,"user_identities":{"customer_id":"0007","email":"a@x.io"},"user_attributes":{"list":["a"],"n":1.50},"context":{"data_plan":{"plan_id":"p","plan_version":2}}`
	const event = ` custom_event {"timestamp_unixtime_ms":1704067200000,"custom_attributes":{"a":1},"event_name":"E","custom_event_type":"other"}`
	tests := []struct{ name, mapping, row, want string }{
		{"as it is", replay, batch, "user_identities.customer_id=0007 {" + fields + "}" + event},
		{"grouped by another identity", replay + "group: {by: [mpid]}\n", batch, "mpid=9007199254740993 {" + fields + "}" + event},
		{"overridden", replay + "batch:\n  user_identities.email: {value: b@x.io}\n  user_attributes.more: {value: x}\n", batch,
			`user_identities.customer_id=0007 {"mpid":9007199254740993,"user_identities":{"customer_id":"0007","email":"b@x.io"},"user_attributes":{"list":["a"],"more":"x","n":1.50},"context":{"data_plan":{"plan_id":"p","plan_version":2}}}` + event},
		{"left out", replay + "where: mpid == 9007199254740993\n", `{"mpid":1}`, "skipped"},
		{"nobody's", replay, `{"events":[]}`, "reject: no identity"},
		{"no time", replay, `{"mpid":1,"events":[{"event_type":"screen_view","data":{"screen_name":"s"}}]}`, "reject: events[0].data.timestamp_unixtime_ms: is empty, and an event needs its time"},
		{"no type", replay, `{"mpid":1,"events":[{"event_type":"dance","data":{}}]}`, `reject: events[0]: "dance" is not an event type`},
		{"of another shape", replay, `{"mpid":1,"user_attributes":{"a":{"b":1}}}`, `reject: user_attributes.a: is not of type string, number, boolean or list`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := mapNDJSON(t, test.mapping, test.row+"\n"); got[0] != test.want {
				t.Errorf("\n got %s\nwant %s", got[0], test.want)
			}
		})
	}
}

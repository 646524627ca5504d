package mparticle_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"mpimport/mparticle"
)

// rightBatch is a batch of which each case makes something wrong.
func rightBatch() *mparticle.Batch {
	return &mparticle.Batch{
		Environment:    mparticle.Development,
		UserIdentities: &mparticle.UserIdentities{CustomerID: new("7")},
		UserAttributes: mparticle.UserAttributes{"Tier": "gold"},
		Events: mparticle.Events{
			&mparticle.CustomEvent{EventName: "Viewed", CustomEventType: mparticle.Navigation},
			&mparticle.CommerceEvent{ProductAction: &mparticle.ProductAction{
				Action:   mparticle.Purchase,
				Products: []mparticle.Product{{ID: new("a"), Price: new(json.Number("9.90"))}},
			}},
		},
	}
}

func TestValidate(t *testing.T) {
	custom := func(b *mparticle.Batch) *mparticle.CustomEvent { return b.Events[0].(*mparticle.CustomEvent) }
	commerce := func(b *mparticle.Batch) *mparticle.CommerceEvent { return b.Events[1].(*mparticle.CommerceEvent) }
	attributes := func(n int) map[string]any {
		all := map[string]any{}
		for i := range n {
			all[fmt.Sprint("a", i)] = i
		}
		return all
	}
	entries := func(n int) []string { return slices.Repeat([]string{"x"}, n) }
	long := func(n int) string { return strings.Repeat("é", n) }
	loop := map[string]any{}
	loop["loop"] = loop
	tests := []struct {
		name  string
		spoil func(b *mparticle.Batch)
		want  string // the problems, one a line; "" if there are none
	}{
		{"right", func(*mparticle.Batch) {}, ""},
		{"no environment", func(b *mparticle.Batch) { b.Environment = "" }, "environment: is required"},
		{"other environment", func(b *mparticle.Batch) { b.Environment = "Production" }, `environment: "Production" is not one of development, production`},
		{"no identities", func(b *mparticle.Batch) { b.UserIdentities = nil }, "has no identity: set a member of user_identities, an identity of the device, or mpid"},
		{"empty identity", func(b *mparticle.Batch) { b.UserIdentities.CustomerID = new("") }, "has no identity: set a member of user_identities, an identity of the device, or mpid"},
		{"device that is none", func(b *mparticle.Batch) {
			b.UserIdentities, b.DeviceInfo = nil, &mparticle.DeviceInformation{Brand: new("x")}
		}, "has no identity: set a member of user_identities, an identity of the device, or mpid"},
		{"device identity", func(b *mparticle.Batch) {
			b.UserIdentities, b.DeviceInfo = nil, &mparticle.DeviceInformation{AndroidUUID: new("x")}
		}, ""},
		{"mpid", func(b *mparticle.Batch) { b.UserIdentities, b.MPID = nil, new(int64(0)) }, ""},
		{"several at once", func(b *mparticle.Batch) {
			b.Environment, b.IP, b.MPDeviceID = "", new("1.2.3"), new("x")
			custom(b).EventName, commerce(b).ProductAction.Action = "", "buy"
		}, "environment: is required\nmp_deviceid: is not a UUID\nip: is not an IP address\nevents[0].data.event_name: is required\n" +
			`events[1].data.product_action.action: "buy" is not one of ` + strings.Join(mparticle.Purchase.Values(), ", ")},
		{"empty address", func(b *mparticle.Batch) { b.IP = new("") }, "ip: is not an IP address"},
		{"100 user attributes", func(b *mparticle.Batch) { b.UserAttributes = attributes(100) }, ""},
		{"101 user attributes", func(b *mparticle.Batch) { b.UserAttributes = attributes(101) }, "user_attributes: has 101 names, the limit is 100"},
		{"longest name", func(b *mparticle.Batch) { b.UserAttributes[long(256)] = 1 }, ""},
		{"name too long", func(b *mparticle.Batch) { b.UserAttributes[long(257)] = 1 }, "user_attributes." + long(257) + ": the name is 257 characters long, the limit is 256"},
		{"longest value", func(b *mparticle.Batch) { b.UserAttributes["a"] = long(4096) }, ""},
		{"value too long", func(b *mparticle.Batch) { b.UserAttributes["a"] = long(4097) }, "user_attributes.a: is 4097 characters long, the limit is 4096"},
		{"most entries", func(b *mparticle.Batch) { b.UserAttributes["a"] = entries(1000) }, ""},
		{"too many entries", func(b *mparticle.Batch) { b.UserAttributes["a"] = entries(1001) }, "user_attributes.a: has 1001 entries, the limit is 1000"},
		{"longest entry", func(b *mparticle.Batch) { b.UserAttributes["a"] = []string{long(512)} }, ""},
		{"entry too long", func(b *mparticle.Batch) { b.UserAttributes["a"] = []string{"", long(513)} }, "user_attributes.a[1]: is 513 characters long, the limit is 512"},
		{"null entry", func(b *mparticle.Batch) { b.UserAttributes["a"] = []any{nil} }, "user_attributes.a[0]: is missing"},
		{"object as attribute", func(b *mparticle.Batch) { b.UserAttributes["a"] = map[string]int{} }, "user_attributes.a: is an object where a string, number, boolean or list is expected"},
		{"list on an event", func(b *mparticle.Batch) { custom(b).CustomAttributes = mparticle.Attributes{"a": []int{1}} },
			"events[0].data.custom_attributes.a: is a list where a string, number or boolean is expected"},
		{"101 on an event", func(b *mparticle.Batch) { custom(b).CustomAttributes = attributes(101) }, "events[0].data.custom_attributes: has 101 names, the limit is 100"},
		{"list of flags", func(b *mparticle.Batch) { custom(b).CustomFlags = mparticle.CustomFlags{"a": entries(2)} }, ""},
		{"longest event name", func(b *mparticle.Batch) { custom(b).EventName = long(256) }, ""},
		{"event name too long", func(b *mparticle.Batch) { custom(b).EventName = long(257) }, "events[0].data.event_name: is 257 characters long, the limit is 256"},
		{"commerce event of no kind", func(b *mparticle.Batch) { commerce(b).ProductAction = nil },
			"events[1].data: needs exactly one of product_action, promotion_action, product_impressions, it has 0 of them"},
		{"commerce event of two kinds", func(b *mparticle.Batch) {
			commerce(b).PromotionAction = &mparticle.PromotionAction{Action: mparticle.PromotionView}
		}, "events[1].data: needs exactly one of product_action, promotion_action, product_impressions, it has 2 of them"},
		{"money as people write it", func(b *mparticle.Batch) { commerce(b).ProductAction.Products[0].Price = new(json.Number("12,50")) },
			`events[1].data.product_action.products[0].price: "12,50" is not a number`},
		{"empty number, which would be 0", func(b *mparticle.Batch) { commerce(b).ProductAction.TotalAmount = new(json.Number("")) },
			`events[1].data.product_action.total_amount: "" is not a number`},
		{"NaN", func(b *mparticle.Batch) { b.UserAttributes["a"] = math.NaN() }, "user_attributes.a: is not a number"},
		{"value that holds itself", func(b *mparticle.Batch) { b.UserAttributes["a"] = loop }, "cannot be sent as JSON"},
		{"number among a product's texts", func(b *mparticle.Batch) {
			commerce(b).ProductAction.Products[0].CustomAttributes = mparticle.Attributes{"a": 1}
		}, "events[1].data.product_action.products[0].custom_attributes.a: is not a text"},
		{"no event", func(b *mparticle.Batch) { b.Events = mparticle.Events{nil, (*mparticle.OptOut)(nil)} }, "events[0]: is missing\nevents[1]: is missing"},
		{"no answer", func(b *mparticle.Batch) { b.Events = mparticle.Events{&mparticle.OptOut{}} }, "events[0].data.is_opted_out: is required"},
		{"half an answer", func(b *mparticle.Batch) {
			b.ConsentState = &mparticle.ConsentState{GDPR: map[string]mparticle.Consent{"x": {Consented: new(false)}}}
		}, "consent_state.gdpr.x.timestamp_unixtime_ms: is required"},
		{"half a location", func(b *mparticle.Batch) { custom(b).Location = &mparticle.Location{Latitude: new(json.Number("1"))} }, "events[0].data.location.longitude: is required"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := rightBatch()
			test.spoil(b)
			problems := b.Validate()
			got := problems.Error()
			if got, _, _ = strings.Cut(got, ": json: "); got != test.want || test.want == "" && problems != nil {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestValidateSizes(t *testing.T) {
	// sized is a batch of n bytes.
	sized := func(n int) *mparticle.Batch {
		crash := &mparticle.CrashReport{Severity: "x", Message: "x", StackTrace: new("")}
		b := &mparticle.Batch{Environment: mparticle.Development, MPID: new(int64(1)), Events: mparticle.Events{crash}}
		empty, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		*crash.StackTrace = strings.Repeat("x", n-len(empty))
		return b
	}
	const batch, request = 128 << 10, 256 << 10
	if problems := sized(batch).Validate(); problems != nil {
		t.Errorf("at the limit: %v", problems)
	}
	if got, want := sized(batch+1).Validate().Error(), "is 131073 bytes, the limit of a batch is 131072"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	const third = (request - len("[,,]")) / 3
	tests := []struct {
		name    string
		batches []*mparticle.Batch
		want    string
	}{
		{"at the limit", []*mparticle.Batch{sized(third), sized(third), sized(request - len("[,,]") - 2*third)}, ""},
		{"a byte more", []*mparticle.Batch{sized(third), sized(third), sized(request - len("[,,]") - 2*third + 1)}, "is 262145 bytes, the limit of a request is 262144"},
		{"none", nil, "has 0 batches, from 1 to 100 are allowed"},
		{"100", slices.Repeat([]*mparticle.Batch{rightBatch()}, 100), ""},
		{"101", slices.Repeat([]*mparticle.Batch{rightBatch()}, 101), "has 101 batches, from 1 to 100 are allowed"},
		{"one missing, one wrong", []*mparticle.Batch{rightBatch(), nil, {Environment: "x", MPID: new(int64(1))}},
			"[1]: is missing\n[2].environment: \"x\" is not one of development, production"},
		{"one too large", []*mparticle.Batch{sized(batch + 1)}, "[0]: is 131073 bytes, the limit of a batch is 131072"},
	}
	for _, test := range tests {
		if got := mparticle.ValidateRequest(test.batches).Error(); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestValidateTimes(t *testing.T) {
	now := time.UnixMilli(1_700_000_000_000)
	const day = 24 * time.Hour
	at := func(age time.Duration) mparticle.Event {
		return &mparticle.ScreenView{EventData: mparticle.EventData{TimestampUnixtimeMS: new(now.Add(-age).UnixMilli())}, ScreenName: "x"}
	}
	const field = "events[0].data.timestamp_unixtime_ms: "
	tests := []struct {
		name       string
		events     mparticle.Events
		historical string
		ordinary   string
	}{
		{"recent", mparticle.Events{at(time.Hour)}, field + "is not older than 72 hours: the historical endpoint drops such batches", ""},
		{"72 hours", mparticle.Events{at(3 * day)}, field + "is not older than 72 hours: the historical endpoint drops such batches", ""},
		{"a little more", mparticle.Events{at(3*day + time.Millisecond)}, "", ""},
		{"30 days", mparticle.Events{at(30 * day)}, "", ""},
		{"more than 30 days", mparticle.Events{at(30*day + time.Millisecond)}, "", field + "is older than 30 days: such events belong to the historical endpoint"},
		{"before 1970", mparticle.Events{at(60 * 365 * day)}, "", field + "is older than 30 days: such events belong to the historical endpoint"},
		{"no events", nil, "events: is empty: the historical endpoint drops batches without events", ""},
		{"no time", mparticle.Events{&mparticle.FirstRun{}}, field + "is missing: the historical endpoint drops batches with such events", ""},
		{"no event", mparticle.Events{nil}, "", ""}, // Validate says it
	}
	for _, test := range tests {
		b := rightBatch()
		b.Events = test.events
		for path, want := range map[mparticle.Path]string{
			mparticle.PathBulkHistorical: test.historical, mparticle.PathBulkEvents: test.ordinary, mparticle.PathEvents: test.ordinary,
		} {
			if got := b.ValidateTimes(path, now).Error(); got != want {
				t.Errorf("%s, %s: got %q, want %q", test.name, path, got, want)
			}
		}
	}
}

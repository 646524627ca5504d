package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/xitongsys/parquet-go/reader"
	"github.com/xitongsys/parquet-go/source"
)

func toldBySegment(t *testing.T, path string) told {
	type product struct {
		ID string `json:"product_id"`
	}
	var s told
	eachObject(t, path, &s, func(r struct {
		Type, Event, Name, UserID, AnonymousID, Timestamp string
		Properties                                        struct {
			product
			Order    json.Number `json:"order_id"`
			Products []product
		}
	}) {
		user := firstOf(r.UserID, r.AnonymousID)
		switch {
		case r.Type == "group" || r.Type == "alias":
			s.skipped++
			return
		case user == "":
			s.rejected++
			return
		case r.Type == "identify":
			s.see(user)
			return
		}
		at := milliseconds(t, "2006-01-02T15:04:05.000Z", r.Timestamp)
		switch r.Event {
		case "Order Completed":
			var skus []string
			for _, p := range r.Properties.Products {
				skus = append(skus, p.ID)
			}
			s.add(user, "commerce_event", bought("purchase", r.Properties.Order.String(), skus), at)
		case "Product Added":
			s.add(user, "commerce_event", bought("add_to_cart", "", []string{r.Properties.ID}), at)
		case "":
			s.add(user, "screen_view", r.Name, at)
		default:
			s.add(user, "custom_event", r.Event, at)
		}
	})
	return s
}

func toldByAmplitude(t *testing.T, path string) told {
	var s told
	eachObject(t, path, &s, func(r struct {
		Type       string         `json:"event_type"`
		User       string         `json:"user_id"`
		Device     string         `json:"device_id"`
		Time       string         `json:"event_time"`
		Properties map[string]any `json:"event_properties"`
	}) {
		user := firstOf(r.User, r.Device)
		if user == "" {
			s.rejected++
			return
		}
		s.see(user)
		at := milliseconds(t, "2006-01-02 15:04:05.000000", r.Time)
		switch r.Type {
		case "$identify":
		case "revenue_amount":
			s.add(user, "commerce_event", bought("purchase", "", []string{r.Properties["$productId"].(string)}), at)
		case "[Amplitude] Page Viewed":
			s.add(user, "screen_view", r.Properties["[Amplitude] Page Title"].(string), at)
		default:
			s.add(user, "custom_event", r.Type, at)
		}
	})
	return s
}

func toldByMixpanel(t *testing.T, path string) told {
	var s told
	eachObject(t, path, &s, func(r struct {
		Event      string
		Properties struct {
			Time   int64
			User   string `json:"distinct_id"`
			Screen string `json:"current_page_title"`
		}
	}) {
		user := strings.TrimPrefix(r.Properties.User, "$device:")
		switch {
		case r.Event == "$identify":
			s.skipped++
		case user == "" || r.Properties.Time == 0:
			s.rejected++
		case r.Event == "$mp_web_page_view":
			s.add(user, "screen_view", r.Properties.Screen, r.Properties.Time*1000)
		default:
			s.add(user, "custom_event", r.Event, r.Properties.Time*1000)
		}
	})
	return s
}

func toldByGA4(t *testing.T, path string) told {
	actions := map[string]string{"add_to_cart": "add_to_cart", "purchase": "purchase"}
	var s told
	eachObject(t, parquetAsNDJSON(t, path), &s, func(r struct {
		Name   string `json:"event_name"`
		Time   int64  `json:"event_timestamp"`
		User   string `json:"user_id"`
		Pseudo string `json:"user_pseudo_id"`
		Params []struct {
			Key   string
			Value struct {
				Text string `json:"string_value"`
			}
		} `json:"event_params"`
		Ecommerce struct {
			Order string `json:"transaction_id"`
		}
		Items []struct {
			ID string `json:"item_id"`
		}
	}) {
		user := firstOf(r.User, r.Pseudo)
		action := actions[r.Name]
		var skus []string
		for _, item := range r.Items {
			skus = append(skus, item.ID)
		}
		switch {
		case user == "":
			s.rejected++
		case action != "":
			s.add(user, "commerce_event", bought(action, strings.TrimPrefix(r.Ecommerce.Order, "(not set)"), skus), r.Time/1000)
		case strings.HasSuffix(r.Name, "_view"):
			title := ""
			for _, p := range r.Params {
				if p.Key == "page_title" {
					title = p.Value.Text
				}
			}
			s.add(user, "screen_view", title, r.Time/1000)
		default:
			s.add(user, "custom_event", r.Name, r.Time/1000)
		}
	})
	return s
}

// parquetAsNDJSON reads a Parquet file with another library than the program's,
// and returns the name of a file with its rows.
func parquetAsNDJSON(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := reader.NewParquetReader(bytesFile{bytes.NewReader(text)}, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer r.ReadStop()
	rows, err := r.ReadByNumber(int(r.GetNumRows()))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	for _, row := range rows {
		if err := json.NewEncoder(&out).Encode(row); err != nil {
			t.Fatal(err)
		}
	}
	name := t.TempDir() + "/rows.ndjson"
	if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// bytesFile is a file in memory, as that library wants it: each column opens it
// again.
type bytesFile struct{ *bytes.Reader }

func (f bytesFile) Open(string) (source.ParquetFile, error) {
	again := *f.Reader
	return bytesFile{&again}, nil
}
func (bytesFile) Create(string) (source.ParquetFile, error) { return nil, os.ErrPermission }
func (bytesFile) Write([]byte) (int, error)                 { return 0, os.ErrPermission }
func (bytesFile) Close() error                              { return nil }

func toldBySnowplow(t *testing.T, path string) told {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s told
	for line := range strings.Lines(string(text)) {
		s.rows++
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 131 {
			s.rejected++
			continue
		}
		event, user := f[5], firstOf(f[12], f[15], f[17]) // event, user_id, domain_userid, network_userid
		switch {
		case event == "page_ping":
			s.skipped++
		case user == "":
			s.rejected++
		case event == "page_view":
			s.add(user, "screen_view", f[30], milliseconds(t, "2006-01-02 15:04:05.000", f[124])) // page_title, derived_tstamp
		case event == "struct":
			s.add(user, "custom_event", f[54], milliseconds(t, "2006-01-02 15:04:05.000", f[124])) // se_action
		default:
			s.add(user, "custom_event", f[126], milliseconds(t, "2006-01-02 15:04:05.000", f[124])) // event_name
		}
	}
	return s
}

func toldByShopify(t *testing.T, path string) told {
	type order struct {
		user, name string
		at         int64
		skus       []string
	}
	var s told
	var orders []*order
	eachRow(t, path, func(r map[string]string) {
		s.rows++
		if r["Email"] == "" || !isNumber(r["Lineitem price"]) {
			s.rejected++
			return
		}
		if len(orders) == 0 || orders[len(orders)-1].name != r["Name"] {
			orders = append(orders, &order{strings.ToLower(r["Email"]), r["Name"], milliseconds(t, "2006-01-02 15:04:05 -0700", r["Created at"]), nil})
		}
		o := orders[len(orders)-1]
		o.skus = append(o.skus, r["Lineitem sku"])
	})
	for _, o := range orders {
		s.add(o.user, "commerce_event", bought("purchase", o.name, o.skus), o.at)
	}
	return s
}

func toldByAttributes(t *testing.T, path string) told {
	var s told
	eachRow(t, path, func(r map[string]string) {
		s.rows++
		if r["external_id"] == "" || !isNumber(r["loyalty_points"]) {
			s.rejected++
			return
		}
		s.see(r["external_id"])
	})
	return s
}

func toldByBatches(t *testing.T, path string) told {
	var s told
	eachObject(t, path, &s, func(b batch) {
		for _, e := range b.Events {
			if b.user() == "" || e.Data.At == "" {
				s.rejected++
				return
			}
		}
		s.addBatch(&b)
	})
	return s
}

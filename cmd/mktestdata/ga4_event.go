package main

import "fmt"

func ga4Event(a act) ga4Row {
	row := ga4Row{
		EventDate: a.at.Format("20060102"), EventTimestamp: a.at.UnixMicro() + 7, BundleID: int64(a.n), FirstTouch: new(start.UnixMicro()),
		UserPseudoID: new(fmt.Sprintf("%d.%d", 1_000_000_007+a.who.number(), start.Unix())),
		PrivacyInfo:  ga4Privacy{"Yes", "Yes", "No"},
		Device:       ga4Device{Category: "desktop", OperatingSystem: "Web", Language: a.who.language, WebInfo: &ga4Web{"Chrome", "113.0", "shop.example.com"}},
		Geo:          ga4Geo{Continent: "(not set)", Country: a.who.country, City: a.who.city, Metro: "(not set)"}, TrafficSource: ga4Traffic{"(direct)", "(none)", "(direct)"},
		StreamID: "1234567890", Platform: "WEB", IsActiveUser: true,
	}
	if a.who.mobile {
		row.Platform, row.AppInfo = "IOS", &ga4App{"com.example.shop", "5.4.5", "iTunes"}
		row.Device = ga4Device{Category: "mobile", MobileBrandName: new("Apple"), MobileModelName: new("iPhone 15"), OperatingSystem: "iOS", OSVersion: new("17.1"), Language: a.who.language}
	}
	if a.known {
		row.UserID = new(a.who.id)
		row.UserProperties = []ga4Property{
			{"plan", ga4PropertyValue{String: new("premium"), Set: start.UnixMicro()}},
			{"logins", ga4PropertyValue{Int: new(int64(a.who.number())), Set: start.UnixMicro()}},
		}
	}
	row.EventParams = []ga4Param{ga4Int("ga_session_id", a.at.Unix()/3600*3600), ga4Int("ga_session_number", 1), ga4Text("page_location", "https://shop.example.com"+a.path), ga4Text("page_title", a.title)}
	row.add(a)
	return row
}

// add adds what is particular to the act.
func (row *ga4Row) add(a act) {
	switch a.kind {
	case "page":
		row.EventName = "page_view"
		if a.who.mobile {
			row.EventName = "screen_view"
			row.EventParams = append(row.EventParams, ga4Text("firebase_screen", a.title))
		}
		row.EventParams = append(row.EventParams, ga4Param{"scroll_depth", ga4Value{Double: new(0.25)}}, ga4Int("engagement_time_msec", 9007199254740993))
	case "search":
		row.EventName = "search"
		row.EventParams = append(row.EventParams, ga4Text("search_term", a.query))
	case "login":
		row.EventName = "login"
		row.EventParams = append(row.EventParams, ga4Text("method", "password"))
	case "cart", "order":
		row.EventName = map[string]string{"cart": "add_to_cart", "order": "purchase"}[a.kind]
		row.EventParams = append(row.EventParams, ga4Text("currency", "EUR"), ga4Param{"value", ga4Value{Double: new(float64(a.cart.total) / 100)}})
		row.Ecommerce = &ga4Order{TransactionID: "(not set)"}
		row.addItems(a.cart)
	}
	if a.kind == "order" {
		row.Ecommerce = &ga4Order{
			ItemQuantity: new(int64(len(row.Items))), UniqueItems: new(int64(len(row.Items))), TransactionID: fmt.Sprint(a.cart.number),
			Revenue: new(float64(a.cart.total) / 100), ShippingValue: new(float64(a.cart.shipping) / 100), TaxValue: new(float64(a.cart.tax) / 100),
		}
	}
}

func (row *ga4Row) addItems(b basket) {
	for _, p := range b.items {
		row.Items = append(row.Items, ga4Item{
			ID: p.sku, Name: p.name, Brand: "(not set)", Variant: "(not set)", Category: p.category, Coupon: "(not set)",
			Price: new(float64(p.price) / 100), Quantity: new(int64(p.quantity)), Revenue: new(float64(p.price*p.quantity) / 100),
		})
	}
}

func ga4Text(key, value string) ga4Param { return ga4Param{key, ga4Value{String: &value}} }

func ga4Int(key string, value int64) ga4Param { return ga4Param{key, ga4Value{Int: &value}} }

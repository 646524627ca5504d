package main

import "encoding/json"

// writeMixpanel writes events as Mixpanel's raw export does: {event, properties}
// a line. Beside the story there are an event without a user and one without a
// time.
func writeMixpanel(path string, s *story) error {
	var rows []object
	for _, a := range s.acts {
		rows = append(rows, mixpanelEvent(a))
	}
	nobody, timeless := mixpanelEvent(s.acts[0]), mixpanelEvent(s.acts[1])
	delete(nobody["properties"].(object), "$device_id")
	nobody["properties"].(object)["distinct_id"] = ""
	delete(timeless["properties"].(object), "time")
	return writeNDJSON(path, append(rows, nobody, timeless))
}

func mixpanelEvent(a act) object {
	p := object{
		"time": a.at.Unix(), "distinct_id": "$device:" + a.who.anonymous, "$device_id": a.who.anonymous, "$insert_id": a.uuid(5),
		"$city": a.who.city, "mp_country_code": a.who.country, "$mp_api_endpoint": "api-js.mixpanel.com", "$mp_api_timestamp_ms": a.at.UnixMilli() + 900, "mp_processing_time_ms": a.at.UnixMilli() + 950,
		"mp_lib": "web", "$lib_version": "2.53.0", "$browser": "Chrome", "$browser_version": 113, "$os": "Mac OS X", "$current_url": "https://shop.example.com" + a.path, "$screen_height": 1080, "$screen_width": 1920,
	}
	if a.known {
		p["distinct_id"], p["$user_id"] = a.who.id, a.who.id
	}
	if a.who.mobile {
		delete(p, "$browser")
		delete(p, "$browser_version")
		delete(p, "$current_url")
		p["mp_lib"], p["$os"], p["$os_version"], p["$manufacturer"], p["$model"], p["$app_version_string"] = "iphone", "iOS", "17.1", "Apple", "iPhone15,4", "5.4.5"
	}
	name := ""
	switch a.kind {
	case "page":
		name, p["current_page_title"], p["current_domain"], p["current_url_path"] = "$mp_web_page_view", a.title, "shop.example.com", a.path
	case "search":
		name, p["query"], p["results"], p["filter"] = "Searched", a.query, a.n%4, object{"category": "Kitchen"}
	case "cart":
		name, p["sku"], p["price"] = "Added to Cart", a.cart.items[0].sku, json.Number(money(a.cart.items[0].price))
	case "order":
		name, p["order"], p["total"], p["skus"], p["gift"] = "Ordered", a.cart.number, json.Number(money(a.cart.total)), skus(a.cart), false
	case "login":
		name, p["$identified_id"], p["$anon_id"] = "$identify", a.who.id, a.who.anonymous
	}
	return object{"event": name, "properties": p}
}

func skus(b basket) []string {
	var all []string
	for _, p := range b.items {
		all = append(all, p.sku)
	}
	return all
}

package main

import "encoding/json"

// writeAmplitude writes events as Amplitude's Export API does: an object a line,
// with every column of the export. Beside the story there is an event without
// any id.
func writeAmplitude(path string, s *story) error {
	var rows []object
	for _, a := range s.acts {
		rows = append(rows, amplitudeEvent(a))
	}
	nobody := amplitudeEvent(s.acts[0])
	nobody["device_id"], nobody["amplitude_id"] = nil, nil
	return writeNDJSON(path, append(rows, nobody))
}

func amplitudeEvent(a act) object {
	const layout = "2006-01-02 15:04:05.000000"
	at := a.at.Format(layout)
	kind, properties := amplitudeProperties(a)
	event := object{
		"$insert_id": a.uuid(3), "$insert_key": nil, "$schema": nil, "adid": nil, "amplitude_attribution_ids": nil, "amplitude_event_type": nil,
		"amplitude_id": 45975551903 + int64(a.who.number()), "app": 100011471, "city": orNil(a.who.city), "client_event_time": at, "client_upload_time": at, "country": a.who.country,
		"data": object{"path": "/2/httpapi", "group_ids": object{}, "group_first_event": object{}}, "data_type": "event",
		"device_brand": nil, "device_carrier": nil, "device_family": "Mac OS X", "device_id": a.who.anonymous, "device_manufacturer": nil, "device_model": nil, "device_type": "Mac", "dma": nil,
		"event_id": a.n + 1, "event_properties": properties, "event_time": at, "event_type": kind, "global_user_properties": nil, "group_properties": object{}, "groups": object{},
		"idfa": nil, "ip_address": "203.0.113.7", "is_attribution_event": nil, "language": "English", "library": "amplitude-ts/2.16.1", "location_lat": nil, "location_lng": nil,
		"os_name": "Chrome", "os_version": "113", "partner_id": nil, "paying": nil, "plan": object{}, "platform": "Web", "processed_time": at, "region": nil, "sample_rate": nil,
		"server_received_time": at, "server_upload_time": at, "session_id": a.at.UnixMilli() / 3_600_000 * 3_600_000, "source_id": nil, "start_version": nil,
		"user_creation_time": start.Format(layout), "user_id": nil, "user_properties": object{"initial_utm_source": "EMPTY"}, "uuid": a.uuid(4), "version_name": nil,
	}
	if a.known {
		event["user_id"] = a.who.id
		event["user_properties"] = object{"initial_utm_source": "EMPTY", "plan": "premium", "email": a.who.email, "logins": a.who.number(), "interests": []string{"home", "garden"}}
	}
	if a.who.mobile {
		event["platform"], event["os_name"], event["os_version"], event["version_name"] = "iOS", "ios", "17.1", "5.4.5"
		event["device_brand"], event["device_manufacturer"], event["device_model"], event["device_type"] = "Apple", "Apple", "iPhone 15", "Apple iPhone"
		event["idfa"], event["location_lat"], event["location_lng"], event["session_id"] = "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB", 51.8985, -8.4756, -1
	}
	return event
}

func amplitudeProperties(a act) (kind string, properties object) {
	switch a.kind {
	case "search":
		return "Searched", object{"query": a.query, "results": a.n % 4, "filter": object{"category": "Kitchen"}}
	case "cart":
		return "Added to Cart", object{"sku": a.cart.items[0].sku, "price": json.Number(money(a.cart.items[0].price))}
	case "order":
		p := a.cart.items[0]
		return "revenue_amount", object{"$productId": p.sku, "$quantity": p.quantity, "$price": json.Number(money(p.price)), "$revenue": json.Number(money(p.price * p.quantity)), "$revenueType": "purchase"}
	case "login":
		return "$identify", object{}
	}
	return "[Amplitude] Page Viewed", object{"[Amplitude] Page Path": a.path, "[Amplitude] Page Title": a.title, "[Amplitude] Page URL": "https://shop.example.com" + a.path}
}

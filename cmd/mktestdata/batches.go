package main

import "encoding/json"

// writeBatches writes batches as mParticle's data lake and quarantine have them:
// a line each, with what the server added. Beside the story there are a batch of
// nobody and one whose event has no time.
func writeBatches(path string, s *story) error {
	var rows []object
	for i := 0; i+1 < len(s.acts); i += 2 {
		rows = append(rows, mparticleBatch(s.acts[i], s.acts[i+1]))
	}
	nobody, timeless := mparticleBatch(s.acts[0], s.acts[1]), mparticleBatch(s.acts[2], s.acts[3])
	delete(nobody, "mpid")
	delete(nobody, "user_identities")
	delete(timeless["events"].([]object)[0]["data"].(object), "timestamp_unixtime_ms")
	return writeNDJSON(path, append(rows, nobody, timeless))
}

// mparticleBatch is a batch of the first act's person, with the second act's
// event too if that is the same one's.
func mparticleBatch(a, b act) object {
	batch := object{
		"batch_id": -6204114580404440000 - int64(a.n), "message_id": a.uuid(10), "message_type": "events", "schema_version": 1, "source_request_id": a.uuid(11), "environment": "development",
		"timestamp_unixtime_ms": a.at.UnixMilli() + 4000, "mpid": 9007199254740993 + int64(a.who.number())*1000, "ip": "203.0.113.7",
		"mp_deviceid": a.who.anonymous, "device_info": object{"platform": "web", "http_header_user_agent": browser, "screen_width": 1920, "screen_height": 1080},
		"application_info": object{"application_name": "Shop", "application_version": "5.4.5"},
		"context": object{
			"data_plan":      object{"plan_id": "shop_plan", "plan_version": 2},
			"block_metadata": object{"blocked_events": []string{"Old Event"}},
		},
		"user_attributes": object{"plan": "premium", "interests": []string{"home", "garden"}, "$City": a.who.city, "logins": a.who.number()},
		"user_identities": object{}, "events": []object{mparticleEvent(a)},
	}
	if a.known {
		batch["user_identities"] = object{"customer_id": a.who.id, "email": a.who.email}
	}
	if a.who == b.who {
		batch["events"] = []object{mparticleEvent(a), mparticleEvent(b)}
	}
	return batch
}

func mparticleEvent(a act) object {
	kind := "custom_event"
	data := object{
		"event_id": -4820000000000000000 + int64(a.n), "source_message_id": a.uuid(12), "timestamp_unixtime_ms": a.at.UnixMilli(), "session_id": 9007199254740993 + int64(a.who.number()),
		"custom_attributes": object{"path": a.path, "n": a.n, "nothing": nil},
	}
	switch a.kind {
	case "page":
		kind, data["screen_name"] = "screen_view", a.title
	case "cart", "order":
		var items []object
		for i, p := range a.cart.items {
			items = append(items, object{"id": p.sku, "name": p.name, "category": p.category, "price": json.Number(money(p.price)), "quantity": p.quantity, "position": i + 1})
		}
		action := object{"action": "add_to_cart", "products": items}
		if a.kind == "order" {
			action = object{"action": "purchase", "transaction_id": itoa(a.cart.number), "total_amount": json.Number(money(a.cart.total)), "tax_amount": json.Number(money(a.cart.tax)), "products": items}
		}
		kind, data["currency_code"], data["product_action"] = "commerce_event", "EUR", action
	default:
		data["event_name"], data["custom_event_type"] = a.kind, map[string]string{"search": "search", "login": "user_preference"}[a.kind]
	}
	return object{"event_type": kind, "data": data}
}

package main

import (
	"encoding/json"
	"os"
)

const browser = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/113.0.0.0 Safari/537.36"

// writeSegment writes calls as Segment archives them to S3 and GCS: an object a
// line with the fields of the Segment Spec. Beside the story there are a group
// and an alias call, a call whose ids are placeholders, and a line cut short.
func writeSegment(path string, s *story) error {
	var rows []object
	for _, a := range s.acts {
		rows = append(rows, segmentCall(a))
	}
	last := s.acts[len(s.acts)-1]
	group := segmentCommon(last, "group")
	group["groupId"], group["traits"] = "acme", object{"name": "Acme", "employees": 329}
	alias := segmentCommon(last, "alias")
	alias["previousId"] = last.who.anonymous
	nobody := segmentCall(s.acts[0])
	nobody["userId"], nobody["anonymousId"] = "undefined", nil
	rows = append(rows, group, alias, nobody)
	if err := writeNDJSON(path, rows); err != nil {
		return err
	}
	cut, err := json.Marshal(rows[0])
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write(append(cut[:len(cut)/2], '\n'))
	return err
}

func segmentCommon(a act, kind string) object {
	const layout = "2006-01-02T15:04:05.000Z"
	call := object{
		"type": kind, "messageId": "ajs-next-" + a.uuid(1), "anonymousId": a.who.anonymous, "userId": nil, "channel": "client",
		"timestamp": a.at.Format(layout), "originalTimestamp": a.at.Format(layout), "sentAt": a.at.Format(layout), "receivedAt": a.at.Format(layout),
		"integrations": object{}, "projectId": "r9QxNCpUszLY641VRaszNv", "version": 2, "context": segmentContext(a),
	}
	if a.known {
		call["userId"] = a.who.id
	}
	return call
}

func segmentContext(a act) object {
	if a.who.mobile {
		return object{
			"ip": "203.0.113.9", "locale": a.who.language + "-" + a.who.country,
			"app":     object{"name": "Shop", "version": "5.4.5", "build": "545", "namespace": "com.example.shop"},
			"device":  object{"id": "B5372DB0-C21E-11E4-8DFC-AA07A5B093DB", "advertisingId": "7A3CBEA0-BDF5-11E4-8DFC-AA07A5B093DB", "adTrackingEnabled": true, "manufacturer": "Apple", "model": "iPhone7,2", "name": "maguro", "type": "ios"},
			"library": object{"name": "analytics-ios", "version": "4.1.8"},
			"os":      object{"name": "iPhone OS", "version": "8.1.3"},
			"screen":  object{"width": 320, "height": 568, "density": 2},
		}
	}
	return object{
		"ip": "203.0.113.7", "locale": a.who.language + "-" + a.who.country, "userAgent": browser,
		"library": object{"name": "analytics.js", "version": "npm:next-1.61.0"},
		"page":    object{"path": a.path, "referrer": "", "search": "", "title": a.title, "url": "https://shop.example.com" + a.path},
	}
}

func segmentCall(a act) object {
	track := func(event string, properties object) object {
		call := segmentCommon(a, "track")
		call["event"], call["properties"] = event, properties
		return call
	}
	switch a.kind {
	case "search":
		return track("Products Searched", object{"query": a.query, "filters": []object{{"type": "category", "value": "Kitchen"}}, "results": a.n % 4})
	case "cart":
		p := segmentProduct(a.cart.items[0], 0)
		p["cart_id"] = "cart-" + a.uuid(2)
		return track("Product Added", p)
	case "order":
		var items []object
		for i, p := range a.cart.items {
			items = append(items, segmentProduct(p, i))
		}
		return track("Order Completed", object{
			"order_id": a.cart.number, "total": json.Number(money(a.cart.total)), "tax": json.Number(money(a.cart.tax)), "shipping": json.Number(money(a.cart.shipping)),
			"coupon": orNil(a.cart.coupon), "currency": "EUR", "affiliation": "", "products": items, "gift": false,
		})
	case "login":
		call := segmentCommon(a, "identify")
		call["traits"] = object{
			"email": a.who.email, "firstName": a.who.first, "lastName": a.who.last, "phone": orNil(a.who.phone),
			"address": object{"city": a.who.city, "country": a.who.country}, "plan": "premium", "logins": 5, "interests": []string{"home", "garden"},
		}
		return call
	}
	kind := "page"
	if a.who.mobile {
		kind = "screen"
	}
	call := segmentCommon(a, kind)
	call["name"], call["properties"] = a.title, object{"path": a.path, "title": a.title, "url": "https://shop.example.com" + a.path}
	return call
}

func segmentProduct(p product, i int) object {
	return object{
		"product_id": p.sku, "sku": p.sku, "name": p.name, "category": p.category, "price": json.Number(money(p.price)), "quantity": p.quantity, "position": i + 1,
	}
}

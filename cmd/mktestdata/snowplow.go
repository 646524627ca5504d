package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// snowplowColumns are those of an enriched event, in order.
var snowplowColumns = strings.Fields(`app_id platform etl_tstamp collector_tstamp dvce_created_tstamp event event_id txn_id name_tracker
	v_tracker v_collector v_etl user_id user_ipaddress user_fingerprint domain_userid domain_sessionidx network_userid geo_country geo_region
	geo_city geo_zipcode geo_latitude geo_longitude geo_region_name ip_isp ip_organization ip_domain ip_netspeed page_url page_title
	page_referrer page_urlscheme page_urlhost page_urlport page_urlpath page_urlquery page_urlfragment refr_urlscheme refr_urlhost refr_urlport
	refr_urlpath refr_urlquery refr_urlfragment refr_medium refr_source refr_term mkt_medium mkt_source mkt_term mkt_content mkt_campaign
	contexts se_category se_action se_label se_property se_value unstruct_event tr_orderid tr_affiliation tr_total tr_tax tr_shipping tr_city
	tr_state tr_country ti_orderid ti_sku ti_name ti_category ti_price ti_quantity pp_xoffset_min pp_xoffset_max pp_yoffset_min pp_yoffset_max
	useragent br_name br_family br_version br_type br_renderengine br_lang br_features_pdf br_features_flash br_features_java
	br_features_director br_features_quicktime br_features_realplayer br_features_windowsmedia br_features_gears br_features_silverlight
	br_cookies br_colordepth br_viewwidth br_viewheight os_name os_family os_manufacturer os_timezone dvce_type dvce_ismobile dvce_screenwidth
	dvce_screenheight doc_charset doc_width doc_height tr_currency tr_total_base tr_tax_base tr_shipping_base ti_currency ti_price_base
	base_currency geo_timezone mkt_clickid mkt_network etl_tags dvce_sent_tstamp refr_domain_userid refr_device_tstamp derived_contexts
	domain_sessionid derived_tstamp event_vendor event_name event_format event_version event_fingerprint true_tstamp`)

// writeSnowplow writes enriched events as Snowplow's loaders find them: fields
// between tabs, no header, no quotes, JSON as it is. Beside the story there are a
// page ping, an event without any id, and a line that was cut.
func writeSnowplow(path string, s *story) error {
	var out strings.Builder
	line := func(event map[string]string) {
		for i, column := range snowplowColumns {
			if i > 0 {
				out.WriteByte('\t')
			}
			out.WriteString(event[column])
		}
		out.WriteByte('\n')
	}
	for _, a := range s.acts {
		line(snowplowEvent(a))
	}
	ping, nobody := snowplowEvent(s.acts[0]), snowplowEvent(s.acts[0])
	ping["event"], ping["event_name"], ping["event_id"] = "page_ping", "page_ping", s.acts[0].uuid(6)
	line(ping)
	nobody["domain_userid"], nobody["network_userid"], nobody["user_id"] = "", "", ""
	line(nobody)
	text := out.String()
	return os.WriteFile(path, []byte(text+text[:strings.IndexByte(text, '\n')/3]+"\n"), 0o644)
}

func snowplowEvent(a act) map[string]string {
	at := a.at.Format("2006-01-02 15:04:05.000")
	e := map[string]string{
		"app_id": "shop", "platform": "web", "etl_tstamp": at, "collector_tstamp": at, "dvce_created_tstamp": at, "dvce_sent_tstamp": at, "derived_tstamp": at,
		"event_id": a.uuid(7), "name_tracker": "sp", "v_tracker": "js-3.24.0", "v_collector": "ssc-3.2.0-kinesis", "v_etl": "snowplow-enrich-kinesis-4.1.0",
		"user_ipaddress": "203.0.113.7", "domain_userid": a.who.anonymous, "domain_sessionidx": "1", "network_userid": a.who.anonymous, "domain_sessionid": a.uuid(8),
		"geo_country": a.who.country, "geo_city": a.who.city, "useragent": browser, "br_lang": a.who.language, "dvce_type": "Computer", "dvce_ismobile": "0",
		"page_url": "https://shop.example.com" + a.path, "page_title": a.title, "page_urlhost": "shop.example.com", "page_urlpath": a.path, "event_vendor": "com.snowplowanalytics.snowplow", "event_version": "1-0-0",
		"contexts": compactJSON(object{"schema": "iglu:com.snowplowanalytics.snowplow/contexts/jsonschema/1-0-0", "data": []object{
			{"schema": "iglu:com.snowplowanalytics.snowplow/web_page/jsonschema/1-0-0", "data": object{"id": a.uuid(9)}},
		}}),
	}
	if a.known {
		e["user_id"] = a.who.id
	}
	if a.who.mobile {
		e["platform"], e["useragent"], e["dvce_type"], e["dvce_ismobile"] = "mob", "", "Mobile", "1"
		e["geo_latitude"], e["geo_longitude"] = "51.8985", "-8.4756"
	}
	switch a.kind {
	case "page":
		e["event"], e["event_name"], e["event_format"] = "page_view", "page_view", "jsonschema"
	case "search":
		e["event"], e["event_name"], e["se_category"], e["se_action"], e["se_label"], e["se_value"] = "struct", "event", "search", "searched", a.query, fmt.Sprintf("%d.0", a.n%4)
	case "cart":
		p := a.cart.items[0]
		selfDescribing(e, "add_to_cart", object{"sku": p.sku, "name": p.name, "unitPrice": json.Number(money(p.price)), "quantity": p.quantity, "currency": "EUR"})
	case "order":
		selfDescribing(e, "order", object{"number": 9007199254740993 + int64(a.n), "total": json.Number(money(a.cart.total)), "skus": skus(a.cart), "customer": object{"city": a.who.city}})
	case "login":
		selfDescribing(e, "login", object{"method": "password", "first": false, "reason": nil})
	}
	return e
}

// selfDescribing makes e an event of the shop's own schema.
func selfDescribing(e map[string]string, name string, data object) {
	const vendor = "com.example.shop"
	schema := "iglu:" + vendor + "/" + name + "/jsonschema/1-0-0"
	e["event"], e["event_vendor"], e["event_name"], e["event_format"] = "unstruct", vendor, name, "jsonschema"
	e["unstruct_event"] = compactJSON(object{"schema": "iglu:com.snowplowanalytics.snowplow/unstruct_event/jsonschema/1-0-0", "data": object{"schema": schema, "data": data}})
}

func compactJSON(v any) string {
	text, _ := json.Marshal(v) // texts, numbers and objects of them, which cannot fail
	return string(text)
}

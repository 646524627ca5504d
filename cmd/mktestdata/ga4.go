package main

// writeGA4 writes events as Google Analytics 4 exports them to BigQuery (tables
// events_YYYYMMDD), and BigQuery to Parquet. Beside the story there is an event
// of a visitor who denied consent, and so has no id.
func writeGA4(path string, s *story) error {
	var rows []ga4Row
	for _, a := range s.acts {
		rows = append(rows, ga4Event(a))
	}
	denied := ga4Event(s.acts[0])
	denied.UserPseudoID, denied.PrivacyInfo.AnalyticsStorage = nil, "No"
	return writeParquet(path, append(rows, denied), 16)
}

type ga4Row struct {
	EventDate      string        `parquet:"name=event_date, type=BYTE_ARRAY, convertedtype=UTF8"`
	EventTimestamp int64         `parquet:"name=event_timestamp, type=INT64"`
	EventName      string        `parquet:"name=event_name, type=BYTE_ARRAY, convertedtype=UTF8"`
	EventParams    []ga4Param    `parquet:"name=event_params, type=LIST"`
	PreviousTime   *int64        `parquet:"name=event_previous_timestamp, type=INT64"`
	ValueInUSD     *float64      `parquet:"name=event_value_in_usd, type=DOUBLE"`
	BundleID       int64         `parquet:"name=event_bundle_sequence_id, type=INT64"`
	UserID         *string       `parquet:"name=user_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	UserPseudoID   *string       `parquet:"name=user_pseudo_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	PrivacyInfo    ga4Privacy    `parquet:"name=privacy_info"`
	UserProperties []ga4Property `parquet:"name=user_properties, type=LIST"`
	FirstTouch     *int64        `parquet:"name=user_first_touch_timestamp, type=INT64"`
	Device         ga4Device     `parquet:"name=device"`
	Geo            ga4Geo        `parquet:"name=geo"`
	AppInfo        *ga4App       `parquet:"name=app_info"`
	TrafficSource  ga4Traffic    `parquet:"name=traffic_source"`
	StreamID       string        `parquet:"name=stream_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	Platform       string        `parquet:"name=platform, type=BYTE_ARRAY, convertedtype=UTF8"`
	Ecommerce      *ga4Order     `parquet:"name=ecommerce"`
	Items          []ga4Item     `parquet:"name=items, type=LIST"`
	IsActiveUser   bool          `parquet:"name=is_active_user, type=BOOLEAN"`
}

type ga4Param struct {
	Key   string   `parquet:"name=key, type=BYTE_ARRAY, convertedtype=UTF8"`
	Value ga4Value `parquet:"name=value"`
}

type ga4Value struct {
	String *string  `parquet:"name=string_value, type=BYTE_ARRAY, convertedtype=UTF8"`
	Int    *int64   `parquet:"name=int_value, type=INT64"`
	Float  *float64 `parquet:"name=float_value, type=DOUBLE"`
	Double *float64 `parquet:"name=double_value, type=DOUBLE"`
}

type ga4Property struct {
	Key   string           `parquet:"name=key, type=BYTE_ARRAY, convertedtype=UTF8"`
	Value ga4PropertyValue `parquet:"name=value"`
}

type ga4PropertyValue struct {
	String *string  `parquet:"name=string_value, type=BYTE_ARRAY, convertedtype=UTF8"`
	Int    *int64   `parquet:"name=int_value, type=INT64"`
	Float  *float64 `parquet:"name=float_value, type=DOUBLE"`
	Double *float64 `parquet:"name=double_value, type=DOUBLE"`
	Set    int64    `parquet:"name=set_timestamp_micros, type=INT64"`
}

type ga4Privacy struct {
	AnalyticsStorage string `parquet:"name=analytics_storage, type=BYTE_ARRAY, convertedtype=UTF8"`
	AdsStorage       string `parquet:"name=ads_storage, type=BYTE_ARRAY, convertedtype=UTF8"`
	TransientToken   string `parquet:"name=uses_transient_token, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type ga4Device struct {
	Category        string  `parquet:"name=category, type=BYTE_ARRAY, convertedtype=UTF8"`
	MobileBrandName *string `parquet:"name=mobile_brand_name, type=BYTE_ARRAY, convertedtype=UTF8"`
	MobileModelName *string `parquet:"name=mobile_model_name, type=BYTE_ARRAY, convertedtype=UTF8"`
	OperatingSystem string  `parquet:"name=operating_system, type=BYTE_ARRAY, convertedtype=UTF8"`
	OSVersion       *string `parquet:"name=operating_system_version, type=BYTE_ARRAY, convertedtype=UTF8"`
	AdvertisingID   *string `parquet:"name=advertising_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	Language        string  `parquet:"name=language, type=BYTE_ARRAY, convertedtype=UTF8"`
	WebInfo         *ga4Web `parquet:"name=web_info"`
}

type ga4Web struct {
	Browser        string `parquet:"name=browser, type=BYTE_ARRAY, convertedtype=UTF8"`
	BrowserVersion string `parquet:"name=browser_version, type=BYTE_ARRAY, convertedtype=UTF8"`
	Hostname       string `parquet:"name=hostname, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type ga4Geo struct {
	Continent string  `parquet:"name=continent, type=BYTE_ARRAY, convertedtype=UTF8"`
	Country   string  `parquet:"name=country, type=BYTE_ARRAY, convertedtype=UTF8"`
	Region    *string `parquet:"name=region, type=BYTE_ARRAY, convertedtype=UTF8"`
	City      string  `parquet:"name=city, type=BYTE_ARRAY, convertedtype=UTF8"`
	Metro     string  `parquet:"name=metro, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type ga4App struct {
	ID            string `parquet:"name=id, type=BYTE_ARRAY, convertedtype=UTF8"`
	Version       string `parquet:"name=version, type=BYTE_ARRAY, convertedtype=UTF8"`
	InstallSource string `parquet:"name=install_source, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type ga4Traffic struct {
	Name   string `parquet:"name=name, type=BYTE_ARRAY, convertedtype=UTF8"`
	Medium string `parquet:"name=medium, type=BYTE_ARRAY, convertedtype=UTF8"`
	Source string `parquet:"name=source, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type ga4Order struct {
	ItemQuantity  *int64   `parquet:"name=total_item_quantity, type=INT64"`
	Revenue       *float64 `parquet:"name=purchase_revenue, type=DOUBLE"`
	ShippingValue *float64 `parquet:"name=shipping_value, type=DOUBLE"`
	TaxValue      *float64 `parquet:"name=tax_value, type=DOUBLE"`
	UniqueItems   *int64   `parquet:"name=unique_items, type=INT64"`
	TransactionID string   `parquet:"name=transaction_id, type=BYTE_ARRAY, convertedtype=UTF8"`
}

type ga4Item struct {
	ID       string   `parquet:"name=item_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	Name     string   `parquet:"name=item_name, type=BYTE_ARRAY, convertedtype=UTF8"`
	Brand    string   `parquet:"name=item_brand, type=BYTE_ARRAY, convertedtype=UTF8"`
	Variant  string   `parquet:"name=item_variant, type=BYTE_ARRAY, convertedtype=UTF8"`
	Category string   `parquet:"name=item_category, type=BYTE_ARRAY, convertedtype=UTF8"`
	Price    *float64 `parquet:"name=price, type=DOUBLE"`
	Quantity *int64   `parquet:"name=quantity, type=INT64"`
	Revenue  *float64 `parquet:"name=item_revenue, type=DOUBLE"`
	Coupon   string   `parquet:"name=coupon, type=BYTE_ARRAY, convertedtype=UTF8"`
}

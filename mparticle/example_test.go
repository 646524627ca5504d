package mparticle_test

import (
	"encoding/json"
	"fmt"
	"time"

	"mpimport/mparticle"
)

// show prints a value as it would be sent.
func show(v any) {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(text))
}

func ExampleBatch() {
	show(mparticle.Batch{
		SourceRequestID: new("import-1/7"),
		Environment:     mparticle.Development,
		UserIdentities:  &mparticle.UserIdentities{CustomerID: new("0007")},
		Context:         &mparticle.Context{DataPlan: &mparticle.DataPlan{PlanID: "shop_plan", PlanVersion: new(int64(2))}},
		Events: mparticle.Events{
			&mparticle.CustomEvent{EventName: "Hello World", CustomEventType: mparticle.Navigation},
		},
	})
	// Output:
	// {
	//   "source_request_id": "import-1/7",
	//   "environment": "development",
	//   "user_identities": {
	//     "customer_id": "0007"
	//   },
	//   "context": {
	//     "data_plan": {
	//       "plan_id": "shop_plan",
	//       "plan_version": 2
	//     }
	//   },
	//   "events": [
	//     {
	//       "event_type": "custom_event",
	//       "data": {
	//         "event_name": "Hello World",
	//         "custom_event_type": "navigation"
	//       }
	//     }
	//   ]
	// }
}

func ExampleUserIdentities() {
	show(mparticle.UserIdentities{
		CustomerID:   new("00123"),
		Email:        new("ann@example.com"),
		MobileNumber: new("+4915112345678"),
	})
	// Output:
	// {
	//   "customer_id": "00123",
	//   "email": "ann@example.com",
	//   "mobile_number": "+4915112345678"
	// }
}

func ExampleDeviceInformation() {
	show(mparticle.DeviceInformation{
		IOSAdvertisingID: new("5864e6b0-0d46-4667-a463-21d9493b6c10"),
		Platform:         new(mparticle.Platform("iOS")),
		IsTablet:         new(false), // said, unlike nil
	})
	// Output:
	// {
	//   "ios_advertising_id": "5864e6b0-0d46-4667-a463-21d9493b6c10",
	//   "platform": "iOS",
	//   "is_tablet": false
	// }
}

func ExampleUserAttributes() {
	show(mparticle.Batch{
		Environment: mparticle.Development,
		MPID:        new(int64(9007199254740993)),
		UserAttributes: mparticle.UserAttributes{
			"$FirstName": "Ann", // mParticle's own names begin with $
			"Balance":    json.Number("1050.10"),
			"Interests":  []string{"golf", "sailing"},
		},
		DeletedUserAttributes: []string{"Old Plan"},
	})
	// Output:
	// {
	//   "environment": "development",
	//   "mpid": 9007199254740993,
	//   "user_attributes": {
	//     "$FirstName": "Ann",
	//     "Balance": 1050.10,
	//     "Interests": [
	//       "golf",
	//       "sailing"
	//     ]
	//   },
	//   "deleted_user_attributes": [
	//     "Old Plan"
	//   ]
	// }
}

func ExampleCustomEvent() {
	at := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	show(mparticle.CustomEvent{
		EventData: mparticle.EventData{
			TimestampUnixtimeMS: new(at.UnixMilli()),
			CustomAttributes:    mparticle.Attributes{"page": "/home"},
			CustomFlags:         mparticle.CustomFlags{"Google.Page": "/home"},
			Location:            &mparticle.Location{Latitude: new(json.Number("52.52")), Longitude: new(json.Number("13.40"))},
		},
		EventName:       "Page Viewed",
		CustomEventType: mparticle.Navigation,
	})
	// Output:
	// {
	//   "timestamp_unixtime_ms": 1709294400000,
	//   "location": {
	//     "latitude": 52.52,
	//     "longitude": 13.40
	//   },
	//   "custom_attributes": {
	//     "page": "/home"
	//   },
	//   "custom_flags": {
	//     "Google.Page": "/home"
	//   },
	//   "event_name": "Page Viewed",
	//   "custom_event_type": "navigation"
	// }
}

func ExampleCustomEvent_media() {
	show(mparticle.CustomEvent{
		EventName:       "Video Played",
		CustomEventType: mparticle.Media,
		MediaInfo:       &mparticle.MediaInfo{Action: new(mparticle.MediaAction("play")), PlaybackPosition: new(json.Number("12.5"))},
	})
	// Output:
	// {
	//   "event_name": "Video Played",
	//   "custom_event_type": "media",
	//   "media_info": {
	//     "action": "play",
	//     "playback_position": 12.5
	//   }
	// }
}

func ExampleCommerceEvent() {
	show(mparticle.CommerceEvent{
		ProductAction: &mparticle.ProductAction{
			Action:        mparticle.Purchase,
			TransactionID: new("order-1"),
			TotalAmount:   new(json.Number("430.00")), // money keeps its digits
			TaxAmount:     new(json.Number("0")),
			Products: []mparticle.Product{{
				ID:       new("sku-1"),
				Name:     new("Shirt"),
				Price:    new(json.Number("215.00")),
				Quantity: new(json.Number("2")),
			}},
		},
		CurrencyCode: new("EUR"),
	})
	// Output:
	// {
	//   "product_action": {
	//     "action": "purchase",
	//     "transaction_id": "order-1",
	//     "total_amount": 430.00,
	//     "tax_amount": 0,
	//     "products": [
	//       {
	//         "id": "sku-1",
	//         "name": "Shirt",
	//         "price": 215.00,
	//         "quantity": 2
	//       }
	//     ]
	//   },
	//   "currency_code": "EUR"
	// }
}

func ExampleCommerceEvent_promotion() {
	show(mparticle.CommerceEvent{
		PromotionAction: &mparticle.PromotionAction{
			Action:     mparticle.PromotionClick,
			Promotions: []mparticle.Promotion{{ID: new("spring"), Creative: new("banner"), Position: new("top")}},
		},
	})
	// Output:
	// {
	//   "promotion_action": {
	//     "action": "click",
	//     "promotions": [
	//       {
	//         "id": "spring",
	//         "creative": "banner",
	//         "position": "top"
	//       }
	//     ]
	//   }
	// }
}

func ExampleCommerceEvent_impression() {
	show(mparticle.CommerceEvent{
		ProductImpressions: []mparticle.ProductImpression{{
			ProductImpressionList: "Search Results",
			Products:              []mparticle.Product{{ID: new("sku-1"), Position: new(int64(1))}},
		}},
	})
	// Output:
	// {
	//   "product_impressions": [
	//     {
	//       "product_impression_list": "Search Results",
	//       "products": [
	//         {
	//           "id": "sku-1",
	//           "position": 1
	//         }
	//       ]
	//     }
	//   ]
	// }
}

func ExampleSessionEnd() {
	session := mparticle.EventData{SessionUUID: new("3f6c9a80-8e0f-4ba2-9f8e-000000000001")}
	show(mparticle.Events{
		&mparticle.SessionStart{EventData: session},
		&mparticle.SessionEnd{EventData: session, SessionDurationMS: new(int64(90_000))},
	})
	// Output:
	// [
	//   {
	//     "event_type": "session_start",
	//     "data": {
	//       "session_uuid": "3f6c9a80-8e0f-4ba2-9f8e-000000000001"
	//     }
	//   },
	//   {
	//     "event_type": "session_end",
	//     "data": {
	//       "session_uuid": "3f6c9a80-8e0f-4ba2-9f8e-000000000001",
	//       "session_duration_ms": 90000
	//     }
	//   }
	// ]
}

func ExampleApplicationStateTransition() {
	show(mparticle.Events{mparticle.Install(), mparticle.Background()})
	// Output:
	// [
	//   {
	//     "event_type": "application_state_transition",
	//     "data": {
	//       "application_transition_type": "application_initialized",
	//       "is_first_run": true,
	//       "is_upgrade": false
	//     }
	//   },
	//   {
	//     "event_type": "application_state_transition",
	//     "data": {
	//       "application_transition_type": "application_background"
	//     }
	//   }
	// ]
}

func ExampleConsentState() {
	at := new(time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC).UnixMilli())
	show(mparticle.ConsentState{
		GDPR: map[string]mparticle.Consent{
			"Analytics": {Consented: new(true), TimestampUnixtimeMS: at, Document: new("terms v2"), Location: new("17 Cherry Tree Lane")},
		},
		CCPA: &mparticle.CCPAConsent{DataSaleOptOut: &mparticle.Consent{Consented: new(false), TimestampUnixtimeMS: at}},
	})
	// Output:
	// {
	//   "gdpr": {
	//     "Analytics": {
	//       "consented": true,
	//       "timestamp_unixtime_ms": 1709294400000,
	//       "document": "terms v2",
	//       "location": "17 Cherry Tree Lane"
	//     }
	//   },
	//   "ccpa": {
	//     "data_sale_opt_out": {
	//       "consented": false,
	//       "timestamp_unixtime_ms": 1709294400000
	//     }
	//   }
	// }
}

func ExampleBatch_Validate() {
	b := &mparticle.Batch{
		Environment: "prod",
		Events: mparticle.Events{
			&mparticle.CustomEvent{CustomEventType: mparticle.Search},
			&mparticle.CommerceEvent{ProductAction: &mparticle.ProductAction{Action: mparticle.Refund, TotalAmount: new(json.Number("12,50"))}},
		},
	}
	for _, problem := range b.Validate() {
		fmt.Println(problem)
	}
	// Output:
	// environment: "prod" is not one of development, production
	// has no identity: set a member of user_identities, an identity of the device, or mpid
	// events[0].data.event_name: is required
	// events[1].data.product_action.total_amount: "12,50" is not a number
}

func ExampleDecodeBatch() {
	_, err := mparticle.DecodeBatch([]byte(`{"environment":"development","user_identities":{"e-mail":"ann@example.com"}}`))
	fmt.Println(err)
	// Output: decoding the batch: unknown field user_identities.e-mail
}

func ExampleField_Paths() {
	end, _ := mparticle.EventFields(mparticle.TypeSessionEnd)
	for path, field := range end.Paths() {
		if field.Required {
			fmt.Println(path, field.Type, field.Meaning)
		}
	}
	// Output:
	// location.latitude number degrees north
	// location.longitude number degrees east
	// session_duration_ms integer length of the session in milliseconds
}

package mparticle

import "encoding/json"

// CommerceEvent is a shop event. It has exactly one of ProductAction,
// PromotionAction and ProductImpressions.
type CommerceEvent struct {
	EventData
	ProductAction      *ProductAction      `json:"product_action,omitempty" doc:"something done with products" rule:"oneof=commerce"`
	PromotionAction    *PromotionAction    `json:"promotion_action,omitempty" doc:"something done with promotions" rule:"oneof=commerce"`
	ProductImpressions []ProductImpression `json:"product_impressions,omitzero" doc:"products that were seen" rule:"oneof=commerce"`
	ShoppingCart       *ShoppingCart       `json:"shopping_cart,omitempty" doc:"the cart at that moment"`
	CurrencyCode       *string             `json:"currency_code,omitempty" doc:"ISO 4217 code of the amounts"`
	ScreenName         *string             `json:"screen_name,omitempty" doc:"screen on which it happened"`
	IsNonInteractive   *bool               `json:"is_non_interactive,omitempty" doc:"whether the user did nothing for it"`
}

// EventType returns TypeCommerceEvent.
func (*CommerceEvent) EventType() EventType { return TypeCommerceEvent }

// ProductAction is something done with products. Amounts keep their decimal
// text.
type ProductAction struct {
	Action            ProductActionType `json:"action" doc:"what was done" rule:"required"`
	TransactionID     *string           `json:"transaction_id,omitempty" doc:"id of the order"`
	Affiliation       *string           `json:"affiliation,omitempty" doc:"shop or supplier"`
	TotalAmount       *json.Number      `json:"total_amount,omitempty" doc:"total of the order"`
	TaxAmount         *json.Number      `json:"tax_amount,omitempty" doc:"tax in it"`
	ShippingAmount    *json.Number      `json:"shipping_amount,omitempty" doc:"shipping in it"`
	CouponCode        *string           `json:"coupon_code,omitempty" doc:"coupon of the order"`
	CheckoutStep      *int64            `json:"checkout_step,omitempty" doc:"number of the step in the checkout"`
	CheckoutOptions   *string           `json:"checkout_options,omitempty" doc:"options chosen in the checkout"`
	ProductActionList *string           `json:"product_action_list,omitempty" doc:"list that the products were in"`
	ProductListSource *string           `json:"product_list_source,omitempty" doc:"where that list came from"`
	Products          []Product         `json:"products,omitzero" doc:"the products"`
}

// ProductActionType is what was done with products.
type ProductActionType string

// The product actions. The API spells remove_from_wish_list unlike
// add_to_wishlist.
const (
	AddToCart          ProductActionType = "add_to_cart"
	RemoveFromCart     ProductActionType = "remove_from_cart"
	Checkout           ProductActionType = "checkout"
	CheckoutOption     ProductActionType = "checkout_option"
	Click              ProductActionType = "click"
	ViewDetail         ProductActionType = "view_detail"
	Purchase           ProductActionType = "purchase"
	Refund             ProductActionType = "refund"
	AddToWishlist      ProductActionType = "add_to_wishlist"
	RemoveFromWishlist ProductActionType = "remove_from_wish_list"
)

// Values returns the allowed values.
func (ProductActionType) Values() []string {
	return []string{"add_to_cart", "remove_from_cart", "checkout", "checkout_option", "click", "view_detail",
		"purchase", "refund", "add_to_wishlist", "remove_from_wish_list"}
}

// Product is one product of a commerce event.
type Product struct {
	ID                 *string      `json:"id,omitempty" doc:"SKU"`
	Name               *string      `json:"name,omitempty" doc:"name"`
	Brand              *string      `json:"brand,omitempty" doc:"brand"`
	Category           *string      `json:"category,omitempty" doc:"category"`
	Variant            *string      `json:"variant,omitempty" doc:"variant"`
	Position           *int64       `json:"position,omitempty" doc:"place in its list"`
	Price              *json.Number `json:"price,omitempty" doc:"price of one"`
	Quantity           *json.Number `json:"quantity,omitempty" doc:"how many"`
	CouponCode         *string      `json:"coupon_code,omitempty" doc:"coupon of the product"`
	AddedToCartTimeMS  *int64       `json:"added_to_cart_time_ms,omitempty" doc:"when it was put into the cart" rule:"timestamp"`
	TotalProductAmount *json.Number `json:"total_product_amount,omitempty" doc:"price times quantity"`
	CustomAttributes   Attributes   `json:"custom_attributes,omitzero" doc:"your own attributes of the product" rule:"text"`
}

// PromotionAction is something done with promotions.
type PromotionAction struct {
	Action     PromotionActionType `json:"action" doc:"what was done" rule:"required"`
	Promotions []Promotion         `json:"promotions,omitzero" doc:"the promotions"`
}

// PromotionActionType is what was done with promotions.
type PromotionActionType string

// The promotion actions.
const (
	PromotionView  PromotionActionType = "view"
	PromotionClick PromotionActionType = "click"
)

// Values returns the allowed values.
func (PromotionActionType) Values() []string { return []string{"view", "click"} }

// Promotion is one promotion of a commerce event.
type Promotion struct {
	ID       *string `json:"id,omitempty" doc:"id"`
	Name     *string `json:"name,omitempty" doc:"name"`
	Creative *string `json:"creative,omitempty" doc:"the creative that was shown"`
	Position *string `json:"position,omitempty" doc:"where it was shown"`
}

// ProductImpression is a list of products that was seen.
type ProductImpression struct {
	ProductImpressionList string    `json:"product_impression_list" doc:"name of the list" rule:"required"`
	Products              []Product `json:"products" doc:"the products" rule:"required"`
}

// ShoppingCart is the content of a cart.
type ShoppingCart struct {
	Products []Product `json:"products" doc:"the products in it" rule:"required"`
}

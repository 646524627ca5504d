package main

import "strings"

// shopifyColumns are those of the orders export of Shopify's admin.
var shopifyColumns = strings.Split("Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Accepts Marketing,Currency,Subtotal,Shipping,Taxes,Total,"+
	"Discount Code,Discount Amount,Shipping Method,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,"+
	"Lineitem requires shipping,Lineitem taxable,Lineitem fulfillment status,Billing Name,Billing Street,Billing Address1,Billing Address2,Billing Company,"+
	"Billing City,Billing Zip,Billing Province,Billing Country,Billing Phone,Shipping Name,Shipping Street,Shipping Address1,Shipping Address2,Shipping Company,"+
	"Shipping City,Shipping Zip,Shipping Province,Shipping Country,Shipping Phone,Notes,Note Attributes,Cancelled at,Payment Method,Payment Reference,"+
	"Refunded Amount,Vendor,Outstanding Balance,Employee,Location,Device ID,Id,Tags,Risk Level,Source,Lineitem discount,Tax 1 Name,Tax 1 Value,Tax 2 Name,"+
	"Tax 2 Value,Tax 3 Name,Tax 3 Value,Tax 4 Name,Tax 4 Value,Tax 5 Name,Tax 5 Value,Phone,Receipt Number,Duties,Billing Province Name,"+
	"Shipping Province Name,Payment ID,Payment Terms Name,Next Payment Due At,Payment References", ",")

// writeShopify writes orders as Shopify's admin exports them: a line for each
// product, what is about the order in its first line only. Every basket of the
// story is an order here; those of people without an address are sales at the
// counter. One price is written with a decimal comma.
func writeShopify(path string, s *story) error {
	var rows [][]string
	for _, a := range s.acts {
		for i := range a.cart.items {
			line := shopifyLine(a, i)
			if len(rows) == 9 {
				line["Lineitem price"] = strings.Replace(line["Lineitem price"], ".", ",", 1)
			}
			row := make([]string, len(shopifyColumns))
			for j, column := range shopifyColumns {
				row[j] = line[column]
			}
			rows = append(rows, row)
		}
	}
	return writeCSV(path, shopifyColumns, rows)
}

func shopifyLine(a act, i int) map[string]string {
	const layout = "2006-01-02 15:04:05 -0700"
	p, at := a.cart.items[i], a.at.Format(layout)
	line := map[string]string{
		"Name": "#" + itoa(a.cart.number), "Email": a.who.email, "Created at": at, "Vendor": "Acme",
		"Lineitem quantity": itoa(p.quantity), "Lineitem name": p.name, "Lineitem price": money(p.price), "Lineitem sku": p.sku,
		"Lineitem requires shipping": "true", "Lineitem taxable": "true", "Lineitem fulfillment status": "fulfilled", "Lineitem discount": "0.00",
	}
	if i > 0 {
		return line
	}
	name := strings.TrimSpace(a.who.first + " " + a.who.last)
	for column, value := range map[string]string{
		"Financial Status": "paid", "Paid at": at, "Fulfillment Status": "fulfilled", "Fulfilled at": at, "Accepts Marketing": "yes", "Currency": "EUR",
		"Subtotal": money(a.cart.total - a.cart.shipping), "Shipping": money(a.cart.shipping), "Taxes": money(a.cart.tax), "Total": money(a.cart.total),
		"Discount Code": a.cart.coupon, "Discount Amount": "0.00", "Shipping Method": "Standard", "Payment Method": "Shopify Payments", "Refunded Amount": "0.00", "Outstanding Balance": "0.00",
		"Billing Name": name, "Billing City": a.who.city, "Billing Zip": "'00751", "Billing Country": a.who.country, "Shipping Name": name, "Shipping City": a.who.city, "Shipping Country": a.who.country,
		"Id": itoa(7_410_991_464_000 + a.cart.number), "Risk Level": "Low", "Source": "web", "Tags": "new, gift", "Tax 1 Name": "VAT 19%", "Tax 1 Value": money(a.cart.tax), "Phone": a.who.phone,
	} {
		line[column] = value
	}
	return line
}

package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"strconv"

	"github.com/xitongsys/parquet-go/parquet"
	"github.com/xitongsys/parquet-go/writer"
)

func writeCSV(path string, header []string, rows [][]string) error {
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Write(header) // into memory
	w.WriteAll(rows)
	return os.WriteFile(path, out.Bytes(), 0o644)
}

func writeEventsCSV(path string, events []event) error {
	var rows [][]string
	for _, e := range events {
		rows = append(rows, []string{e.EventID, e.UserID, e.Email, e.TS, e.Kind, e.Page, e.Note, e.Amount})
	}
	return writeCSV(path, []string{"event_id", "user_id", "email", "ts", "kind", "page", "note", "amount"}, rows)
}

func writeProfilesCSV(path string, users []user) error {
	var rows [][]string
	for _, u := range users {
		rows = append(rows, []string{u.id, u.email, u.tier, u.city, u.phone})
	}
	return writeCSV(path, []string{"Customer No", "E-Mail", "tier", "city", "phone"}, rows)
}

func writeNDJSON[T any](path string, rows []T) error {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	for _, r := range rows {
		if err := e.Encode(r); err != nil {
			return err
		}
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

// eventRow is an event in NDJSON and Parquet: absent texts are left out or null.
type eventRow struct {
	EventID string  `json:"event_id" parquet:"name=event_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	UserID  *string `json:"user_id,omitempty" parquet:"name=user_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	Email   *string `json:"email,omitempty" parquet:"name=email, type=BYTE_ARRAY, convertedtype=UTF8"`
	TS      *string `json:"ts,omitempty" parquet:"name=ts, type=BYTE_ARRAY, convertedtype=UTF8"`
	Kind    string  `json:"kind" parquet:"name=kind, type=BYTE_ARRAY, convertedtype=UTF8, encoding=PLAIN_DICTIONARY"`
	Page    string  `json:"page" parquet:"name=page, type=BYTE_ARRAY, convertedtype=UTF8"`
	Note    *string `json:"note,omitempty" parquet:"name=note, type=BYTE_ARRAY, convertedtype=UTF8"`
	Amount  string  `json:"amount" parquet:"name=amount, type=BYTE_ARRAY, convertedtype=UTF8"`
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func eventRows(events []event) []eventRow {
	var rows []eventRow
	for _, e := range events {
		rows = append(rows, eventRow{EventID: e.EventID, UserID: optional(e.UserID), Email: optional(e.Email), TS: optional(e.TS),
			Kind: e.Kind, Page: e.Page, Note: optional(e.Note), Amount: e.Amount})
	}
	return rows
}

func writeEventsNDJSON(path string, events []event) error {
	return writeNDJSON(path, eventRows(events))
}

func writeEventsParquet(path string, events []event) error {
	return writeParquet(path, eventRows(events), 1000)
}

type orderJSON struct {
	OrderID  string      `json:"order_id"`
	UserID   *string     `json:"user_id"`
	TS       json.Number `json:"ts"`
	Currency string      `json:"currency"`
	Total    json.Number `json:"total"`
	Coupon   *string     `json:"coupon,omitempty"`
	Items    []itemJSON  `json:"items"`
}

type itemJSON struct {
	SKU      string      `json:"sku"`
	Name     string      `json:"name"`
	Price    json.Number `json:"price"`
	Quantity int64       `json:"quantity"`
}

func writeOrdersNDJSON(path string, orders []order) error {
	var rows []orderJSON
	for _, o := range orders {
		row := orderJSON{OrderID: o.OrderID, UserID: optional(o.UserID), TS: json.Number(o.TS), Currency: o.Currency, Total: json.Number(o.Total), Coupon: optional(o.Coupon)}
		for _, i := range o.Items {
			row.Items = append(row.Items, itemJSON{i.SKU, i.Name, json.Number(i.Price), i.Quantity})
		}
		rows = append(rows, row)
	}
	return writeNDJSON(path, rows)
}

// orderRow has its amounts as DECIMAL(9,2) in an INT32.
type orderRow struct {
	OrderID  string    `parquet:"name=order_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	UserID   *string   `parquet:"name=user_id, type=BYTE_ARRAY, convertedtype=UTF8"`
	TS       int64     `parquet:"name=ts, type=INT64"`
	Currency string    `parquet:"name=currency, type=BYTE_ARRAY, convertedtype=UTF8"`
	Total    int32     `parquet:"name=total, type=INT32, convertedtype=DECIMAL, scale=2, precision=9"`
	Coupon   *string   `parquet:"name=coupon, type=BYTE_ARRAY, convertedtype=UTF8"`
	Items    []itemRow `parquet:"name=items, type=LIST"`
}

type itemRow struct {
	SKU      string `parquet:"name=sku, type=BYTE_ARRAY, convertedtype=UTF8"`
	Name     string `parquet:"name=name, type=BYTE_ARRAY, convertedtype=UTF8"`
	Price    int32  `parquet:"name=price, type=INT32, convertedtype=DECIMAL, scale=2, precision=9"`
	Quantity int64  `parquet:"name=quantity, type=INT64"`
}

func writeOrdersParquet(path string, orders []order) error {
	var rows []orderRow
	for _, o := range orders {
		ts, err := strconv.ParseInt(o.TS, 10, 64)
		if err != nil {
			return err
		}
		row := orderRow{OrderID: o.OrderID, UserID: optional(o.UserID), TS: ts, Currency: o.Currency, Total: cents(o.Total), Coupon: optional(o.Coupon)}
		for _, i := range o.Items {
			row.Items = append(row.Items, itemRow{i.SKU, i.Name, cents(i.Price), i.Quantity})
		}
		rows = append(rows, row)
	}
	return writeParquet(path, rows, 400)
}

// cents turns "12.30" into 1230.
func cents(amount string) int32 {
	var n int32
	for _, c := range amount {
		if c != '.' {
			n = n*10 + (c - '0')
		}
	}
	return n
}

// writeParquet writes rows with so many to a row group.
func writeParquet[T any](path string, rows []T, group int) error {
	var out bytes.Buffer
	w, err := writer.NewParquetWriterFromWriter(&out, new(T), 1)
	if err != nil {
		return err
	}
	w.CompressionType = parquet.CompressionCodec_SNAPPY
	for i, r := range rows {
		if err := w.Write(r); err != nil {
			return err
		}
		if (i+1)%group == 0 {
			if err := w.Flush(true); err != nil {
				return err
			}
		}
	}
	if err := w.WriteStop(); err != nil {
		return err
	}
	return os.WriteFile(path, out.Bytes(), 0o644)
}

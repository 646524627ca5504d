package mparticle

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Attributes are free-form names with values: string, bool, or a number as
// json.Number or a Go number. Decoding keeps numbers as json.Number, to the last
// digit. At most MaxAttributesPerEvent on an event.
type Attributes map[string]any

// UnmarshalJSON decodes an object, keeping the text of its numbers.
func (a *Attributes) UnmarshalJSON(data []byte) error {
	values, err := decodeObject(data)
	*a = values
	return err
}

// UserAttributes are free-form names with values: what Attributes take, or a
// list of strings. At most MaxUserAttributes in a batch.
type UserAttributes map[string]any

// UnmarshalJSON decodes an object, keeping the text of its numbers.
func (a *UserAttributes) UnmarshalJSON(data []byte) error {
	values, err := decodeObject(data)
	*a = values
	return err
}

// CustomFlags are free-form names with values for integrations: what
// UserAttributes take.
type CustomFlags map[string]any

// UnmarshalJSON decodes an object, keeping the text of its numbers.
func (f *CustomFlags) UnmarshalJSON(data []byte) error {
	values, err := decodeObject(data)
	*f = values
	return err
}

// IntegrationAttributes are attributes for integrations: module id, name, value.
type IntegrationAttributes map[string]map[string]string

func decodeObject(data []byte) (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var values map[string]any
	if err := d.Decode(&values); err != nil {
		return nil, fmt.Errorf("decoding attributes: %w", err)
	}
	return values, nil
}

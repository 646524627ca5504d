package mparticle

import "encoding/json"

// Location is a place on earth. Its numbers keep their decimal text.
type Location struct {
	Latitude       *json.Number `json:"latitude,omitempty" doc:"degrees north" rule:"required"`
	Longitude      *json.Number `json:"longitude,omitempty" doc:"degrees east" rule:"required"`
	Accuracy       *json.Number `json:"accuracy,omitempty" doc:"accuracy in metres"`
	DMACode        *int64       `json:"dma_code,omitempty" doc:"designated market area"`
	CountryCode    *string      `json:"country_code,omitempty" doc:"code of the country"`
	RegionCode     *string      `json:"region_code,omitempty" doc:"code of the region"`
	PostalCode     *string      `json:"postal_code,omitempty" doc:"postal code"`
	CityName       *string      `json:"city_name,omitempty" doc:"name of the city"`
	LocationSource *string      `json:"location_source,omitempty" doc:"where the location comes from"`
}

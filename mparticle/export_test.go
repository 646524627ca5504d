package mparticle

// NewEvent lets tests make events of any type.
var NewEvent = newEvent

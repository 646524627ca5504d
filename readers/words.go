package readers

// everyByte times a byte is that byte eight times.
const everyByte = 0x0101010101010101

// load64 is the 8 bytes of t.
func load64(t string) uint64 {
	_ = t[7]
	return uint64(t[0]) | uint64(t[1])<<8 | uint64(t[2])<<16 | uint64(t[3])<<24 |
		uint64(t[4])<<32 | uint64(t[5])<<40 | uint64(t[6])<<48 | uint64(t[7])<<56
}

// zeros marks, by its highest bit, the first of 8 bytes that is zero; marks above
// it mean nothing.
func zeros(w uint64) uint64 { return (w - everyByte) &^ w & (everyByte << 7) }

// controls marks the first of 8 bytes that is below 14, as line ends are.
func controls(w uint64) uint64 { return (w - everyByte*14) &^ w & (everyByte << 7) }

// allZeros marks, by their highest bits, which of 8 bytes are zero.
func allZeros(w uint64) uint64 {
	const low = 0x7f7f7f7f7f7f7f7f
	return ^((w&low + low) | w | low)
}

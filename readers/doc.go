// Package readers turns files into chunks of rows.
//
// A source is a path, or "-" for standard input. Open looks at it, by its name
// and then by its first bytes, and returns a Reader that streams chunks of a
// few thousand rows. A row has a position (row number, and line for text
// formats) and values by column. Only the columns that the caller asks for are
// decoded.
//
// Reading never changes text: 00123 stays 00123, 9007199254740993 stays exact,
// an empty field is not a missing one. A record that cannot be read is listed
// in its chunk with a reason and the reader goes on behind it; a source that
// cannot be read at all is an error that names it.
//
// The package knows nothing of mParticle, and starts no goroutine that outlives
// a call, except inside Parquet decoding where each column chunk is decoded
// behind a recover.
package readers

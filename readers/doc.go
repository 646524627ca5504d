// Package readers turns files into chunks of rows.
//
// A source is a path, a member of a zip archive, a URL of an object store, or "-"
// for standard input; Expand finds the sources that arguments stand for. Open
// looks at one, by its name and then by its first bytes, unpacks it, and returns
// a Reader that streams chunks of a few thousand rows. A row has a position (row
// number, and line for text formats) and values by column. Only the columns that
// the caller asks for are decoded.
//
// Reading never changes text: 00123 stays 00123, 9007199254740993 stays exact,
// an empty field is not a missing one. A record that cannot be read is listed
// in its chunk with a reason and the reader goes on behind it; a source that
// cannot be read at all, or that ends early, is an error that names it.
//
// One text is parsed by many goroutines by way of Split: it cuts blocks at the
// ends of lines, which is quick, Block.Parse takes one apart as if a record began
// with it, and Block.Chunk, block by block, settles what the blocks before
// decide: positions, columns that appear late, and in CSV whether a record did
// begin there; if not, what is left is parsed again with the next block. So the
// rows do not depend on who parses, nor on where blocks end.
//
// The package knows nothing of mParticle, and starts no goroutine that outlives
// a call, except inside Parquet decoding where each column chunk is decoded
// behind a recover. The stores that URLs lead to are handed in: package
// objectstore below has them, and reads ahead in goroutines of its own.
package readers

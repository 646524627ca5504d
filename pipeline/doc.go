// Package pipeline carries rows into the Events API.
//
// Scan reads all sources through the mapping and partitions the records by user;
// the Plan that it returns knows every bad row, every user, every batch. Deliver
// assembles each partition's batches, packs them into requests and uploads them:
// a worker owns a partition at a time and has one request in flight, so that a
// user's batches arrive in order. What was answered is written to a Journal, the
// resume file, from which an interrupted import goes on.
//
// Words: a record is one mapped row; a user's records make batches; a partition
// is the users whose key hashes to it; a batch is settled when the API has
// accepted it or refused it for good.
package pipeline

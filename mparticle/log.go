package mparticle

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"strings"
	"time"
)

// LogBodies says what a client's debug log shows of bodies.
type LogBodies uint8

// What is logged of bodies. Credentials are masked in all of them.
const (
	LogNoBodies     LogBodies = iota // sizes only
	LogMaskedBodies                  // structure, names, times and allowed values; all else is masked
	LogFullBodies                    // personal data too, and what the API says of it
)

// masked stands for what is not shown.
const masked = "***"

// trafficLog writes a debug record for each attempt.
type trafficLog struct {
	logger *slog.Logger // nil: none
	bodies LogBodies
	secret *strings.Replacer // masks the credentials wherever they turn up
}

func newTrafficLog(o Options) trafficLog {
	pair := base64.StdEncoding.EncodeToString([]byte(o.Key + ":" + o.Secret))
	return trafficLog{logger: o.Logger, bodies: o.LogBodies, secret: strings.NewReplacer(pair, masked, o.Secret, masked, o.Key, masked)}
}

func (l trafficLog) attempt(ctx context.Context, path Path, body []byte, response Response, err error, took time.Duration) {
	if l.logger == nil || !l.logger.Enabled(ctx, slog.LevelDebug) {
		return
	}
	record := []slog.Attr{slog.String("path", string(path)), slog.Int("bytes", len(body)), slog.Duration("took", took)}
	record = append(record, l.outcome(response, err)...)
	switch l.bodies {
	case LogMaskedBodies:
		record = append(record, slog.String("body", maskBody(body)))
	case LogFullBodies:
		record = append(record, slog.String("body", l.secret.Replace(string(body))))
	}
	l.logger.LogAttrs(ctx, slog.LevelDebug, "request", record...)
}

// outcome is what came of an attempt. What the API says may repeat values of the
// body.
func (l trafficLog) outcome(response Response, err error) []slog.Attr {
	var refused *APIError
	switch {
	case err == nil && response.PercentageUsed >= 0:
		return []slog.Attr{slog.Int("status", response.Status), slog.Float64("percentage_used", response.PercentageUsed)}
	case err == nil:
		return []slog.Attr{slog.Int("status", response.Status)}
	case !errors.As(err, &refused):
		return []slog.Attr{slog.String("error", l.secret.Replace(err.Error()))}
	}
	attrs := []slog.Attr{slog.Int("status", refused.Status), slog.Int("errors", len(refused.Errors))}
	if refused.RetryAfter > 0 {
		attrs = append(attrs, slog.Duration("retry_after", refused.RetryAfter))
	}
	if refused.Limit != "" {
		attrs = append(attrs, slog.String("limit", l.secret.Replace(refused.Limit)))
	}
	if l.bodies == LogFullBodies {
		attrs = append(attrs, slog.String("error", l.secret.Replace(refused.Error())))
	}
	return attrs
}

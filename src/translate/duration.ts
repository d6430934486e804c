// Durations in proto3 JSON.

/** Milliseconds as proto3 JSON has them: `1500` → `1.5s`. */
export const duration = (ms: number): string => `${ms / 1_000}s`

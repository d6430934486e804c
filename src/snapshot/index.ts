// snapshot: in come worlds, out come checked, encoded resources known by their hashes, and what a node group is
// served of them: versions and differences between generations. Start at compile.ts, then compose.ts.
export * from './compile.ts'
export * from './compose.ts'
export * from './diff.ts'
export type { EncodeCounts } from './encode.ts'
export { factsOf } from './facts.ts'
export { hashOf } from './hash.ts'
export { clustersLedTo } from './join/raw-drafts.ts'
export { contentProof } from './proof.ts'
export * from './restore.ts'
export { bodilessSecret, encodeRawSecrets, encodeSecret, isBodiless } from './secrets.ts'
export * from './types.ts'
export { versionOf } from './versions.ts'

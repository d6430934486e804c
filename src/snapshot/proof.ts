// What content is known by, for those who have to prove that stored content is what it was.
import type { Proof } from '../store/index.ts'
import { hashOf } from './hash.ts'
import { versionOf } from './versions.ts'

export const contentProof: Proof = { hashOf, versionOf }

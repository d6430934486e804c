// Prefixes of paths: whole segments, whatever slashes stand at their end.
import { regexOf } from '../../../base/index.ts'

/** A prefix without its trailing slashes: '' for '/'. */
export const segments = (prefix: string): string => prefix.replace(/\/+$/, '')

/** The expression of a prefix with the slash behind it: what goes when nothing is put in its place. */
export const prefixRemoval = (prefix: string): string => `^${regexOf(segments(prefix))}/*`

import type * as api from '../../src/envoy-api/index.ts'

/** The text of src/envoy-api/types.generated.ts; `roots` are full names of messages. */
export function renderTypes(envoyApi: typeof api, roots?: readonly string[]): string

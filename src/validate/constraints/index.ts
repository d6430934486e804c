// constraints: in comes a message in proto3 JSON, out come Envoy's complaints about its fields. Start at
// violations.ts.
export { violationsOf } from './violations.ts'

// Generated from protos/verdigris by scripts/admin-api-types.ts: change the .proto files and run
// VERDIGRIS_UPDATE=1 npx vitest run test/unit/admin/descriptors.test.ts

/** google.protobuf.Timestamp. */
export interface Timestamp {
  seconds: number
  nanos: number
  '@type'?: 'google.protobuf.Timestamp'
}
/** google.protobuf.Duration. */
export interface Duration {
  seconds: number
  nanos: number
  '@type'?: 'google.protobuf.Duration'
}
/** google.protobuf.Struct; see struct.ts. */
export interface Struct {
  fields: Record<string, StructValue>
}
/** google.protobuf.Value. */
export interface StructValue {
  nullValue?: 'NULL_VALUE'
  numberValue?: number
  stringValue?: string
  boolValue?: boolean
  structValue?: Struct
  listValue?: { values: StructValue[] }
}
/** A message as it may be given: every field may be left out. */
export type Input<T> = T extends readonly (infer Item)[]
  ? readonly Input<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Input<T[Key]> | undefined }
    : T
export type PushPhase =
  | 'PUSH_PHASE_UNSPECIFIED'
  | 'PUSH_PHASE_PREPARING'
  | 'PUSH_PHASE_PREPARED'
  | 'PUSH_PHASE_SWITCHING'
  | 'PUSH_PHASE_DONE'
  | 'PUSH_PHASE_ABORTED'
  | 'PUSH_PHASE_REVERTING'
  | 'PUSH_PHASE_REVERTED'
  | 'PUSH_PHASE_SPLIT'
  | 'PUSH_PHASE_OVERTAKEN'
export interface ObjectKey {
  namespace: string
  kind: string
  name: string
}
export interface ConfigObject {
  key: ObjectKey | null
  uid: string
  etag: string
  revision: number
  manifest: Struct | null
  usedBy: ObjectKey[]
  uses: ObjectKey[]
}
export interface ManifestSource {
  name: string
  text: string
}
export interface ChangeOptions {
  dryRun: boolean
  force: boolean
  reason: string
  requestId: string
  manager: string
  wait: Duration | null
}
export interface ObjectDiff {
  key: ObjectKey | null
  change: ObjectDiffChange
  lines: string[]
  effect: ObjectDiffEffect
}
export type ObjectDiffChange =
  | 'CHANGE_UNSPECIFIED'
  | 'CREATED'
  | 'CHANGED'
  | 'DELETED'
  | 'UNCHANGED'
export type ObjectDiffEffect =
  | 'EFFECT_UNSPECIFIED'
  | 'DRAINS'
  | 'RECONNECTS'
export interface ChangeAnswer {
  revision: number
  push: string
  objects: ObjectDiff[]
  notes: string[]
  dryRun: boolean
  phase: PushPhase
}
export interface Violation {
  path: string
  message: string
  file: string
  line: number
  column: number
  object: string
}
export type View =
  | 'VIEW_UNSPECIFIED'
  | 'VIEW_HEAD'
  | 'VIEW_APPLIED'
export interface ApplyRequest {
  sources: ManifestSource[]
  objects: Struct[]
  namespace: string
  inPlace: boolean
  options: ChangeOptions | null
  allowDrain: boolean
}
export interface GetObjectRequest {
  key: ObjectKey | null
  view: View
}
export interface ListObjectsRequest {
  namespace: string
  kind: string
  pageSize: number
  pageToken: string
  view: View
}
export interface ListObjectsResponse {
  objects: ConfigObject[]
  nextPageToken: string
  revision: number
}
export interface DeleteRequest {
  targets: DeleteRequestTarget[]
  options: ChangeOptions | null
  allowDrain: boolean
}
export interface DeleteRequestTarget {
  key: ObjectKey | null
  etag: string
}
export interface DiffRequest {
  sources: ManifestSource[]
  objects: Struct[]
  namespace: string
  inPlace: boolean
  force: boolean
  manager: string
}
export interface ValidateRequest {
  sources: ManifestSource[]
  objects: Struct[]
  namespace: string
}
export interface ValidateResponse {
  violations: Violation[]
  notes: string[]
  objects: number
}
export interface ListRevisionsRequest {
  namespace: string
  kinds: string[]
  name: string
  before: number
  limit: number
  includeObjects: boolean
}
export interface ListRevisionsResponse {
  revisions: Revision[]
}
export interface Revision {
  number: number
  at: Timestamp | null
  actor: string
  reason: string
  verb: string
  push: string
  requestId: string
  objects: RevisionObject[]
}
export interface RevisionObject {
  key: ObjectKey | null
  operation: RevisionObjectOperation
  object: ConfigObject | null
}
export type RevisionObjectOperation =
  | 'OPERATION_UNSPECIFIED'
  | 'PUT'
  | 'DELETE'
export interface WatchObjectsRequest {
  namespace: string
  kind: string
  name: string
  view: View
  afterRevision: number
}
export interface WatchObjectsResponse {
  change?: ObjectChange
  mark?: WatchMark
  gap?: WatchGap
  item?: 'change' | 'mark' | 'gap'
}
export interface ObjectChange {
  type: ObjectChangeType
  key: ObjectKey | null
  object: ConfigObject | null
}
export type ObjectChangeType =
  | 'TYPE_UNSPECIFIED'
  | 'ADDED'
  | 'CHANGED'
  | 'DELETED'
export interface WatchMark {
  revision: number
  listComplete: boolean
}
export interface WatchGap {
  reason: string
}
export interface UndoRequest {
  revision: number
  options: ChangeOptions | null
  inPlace: boolean
  allowDrain: boolean
}
export interface RestoreRequest {
  revision: number
  namespace: string
  options: ChangeOptions | null
  inPlace: boolean
  allowDrain: boolean
}
export interface EndpointsTarget {
  namespace: string
  service: string
  environment: string
  incarnation?: number
  release: string
}
export interface EndpointsOptions {
  dryRun: boolean
  force: boolean
}
export interface Endpoint {
  address: string
  port?: number
  ports: Record<string, number>
  weight?: number
  priority?: number
  locality: Locality | null
  draining: boolean
}
export interface EndpointAddress {
  address: string
  port?: number
  ports: Record<string, number>
}
export interface SetEndpointsRequest {
  target: EndpointsTarget | null
  owner: string
  ttl: Duration | null
  endpoints: Endpoint[]
  options: EndpointsOptions | null
}
export interface PatchEndpointsRequest {
  target: EndpointsTarget | null
  owner: string
  ttl: Duration | null
  put: Endpoint[]
  remove: EndpointAddress[]
  options: EndpointsOptions | null
}
export interface DrainEndpointsRequest {
  target: EndpointsTarget | null
  endpoints: EndpointAddress[]
  undo: boolean
  options: EndpointsOptions | null
}
export interface EndpointsAnswer {
  namespace: string
  service: string
  environment: string
  incarnation: number
  added: number
  changed: number
  removed: number
  renewed: number
  endpoints: number
  notes: string[]
  dryRun: boolean
}
export interface ListEndpointsRequest {
  namespace: string
  service: string
  environment: string
  owner: string
  pageSize: number
  pageToken: string
}
export interface ListEndpointsResponse {
  endpoints: EndpointStatus[]
  nextPageToken: string
}
export interface EndpointStatus {
  namespace: string
  service: string
  environment: string
  incarnation: number
  release: string
  source: EndpointStatusSource
  owner: string
  endpoint: Endpoint | null
  state: EndpointStatusState
  drained: boolean
  ttl: Duration | null
  left: Duration | null
}
export type EndpointStatusSource =
  | 'SOURCE_UNSPECIFIED'
  | 'STATIC'
  | 'REGISTERED'
export type EndpointStatusState =
  | 'STATE_UNSPECIFIED'
  | 'IN_USE'
  | 'DRAINING'
  | 'LAPSED'
export type EventSeverity =
  | 'EVENT_SEVERITY_UNSPECIFIED'
  | 'EVENT_SEVERITY_NORMAL'
  | 'EVENT_SEVERITY_WARNING'
export interface WatchEventsRequest {
  fromId?: number
  epoch: string
  names: string[]
  object: ObjectKey | null
  node: string
  push: string
  group: string
  revision: number
  severity: EventSeverity
  namespace: string
  since: Timestamp | null
}
export interface ListEventsRequest {
  names: string[]
  object: ObjectKey | null
  node: string
  push: string
  group: string
  revision: number
  severity: EventSeverity
  namespace: string
  since: Timestamp | null
  pageSize: number
  pageToken: string
}
export interface ListEventsResponse {
  events: Event[]
  nextPageToken: string
  epoch: string
  newest: number
  oldest: number
}
export interface WatchEventsResponse {
  event?: Event
  gap?: EventGap
  item?: 'event' | 'gap'
}
export interface Event {
  id: number
  epoch: string
  at: Timestamp | null
  name: string
  attributes: Struct | null
  severity: EventSeverity
  reason: string
  message: string
  about: EventReference[]
  count: number
  firstAt: Timestamp | null
}
export interface EventReference {
  object?: ObjectKey
  node?: string
  push?: string
  group?: string
  revision?: number
  to?: 'object' | 'node' | 'push' | 'group' | 'revision'
}
export interface EventGap {
  asked: number
  next: number
  epoch: string
  reason: string
}
export interface NamedValue {
  name: string
  value: string
}
export interface ExplainRequest {
  namespace: string
  url: string
  method: string
  headers: NamedValue[]
  proxy: string
  group: string
  gateway: string
  port: number
  sni: string
  sourceAddress: string
  claims: NamedValue[]
  locality: Locality | null
  generation: number
}
export interface ExplainAnswer {
  explanations: Explanation[]
  notes: string[]
}
export interface ExplainedGroup {
  group: string
  generation: number
}
export interface Explanation {
  groups: ExplainedGroup[]
  listener: string
  address: string
  filterChain: string
  virtualHost: string
  domain: string
  ways: ExplainedWay[]
  misses: ExplainedMiss[]
  notes: string[]
}
export interface ExplainedWay {
  conditions: string[]
  chance?: number
  outcome: ExplainedWayOutcome
  route: string
  match: string
  object: string
  path: string
  rule: string
  audience: string
  status: number
  location: string
  detail: string
  decidedBy: string
  shares: ExplainedShare[]
  mirrors: ExplainedMirror[]
  settings: ExplainedSetting[]
  grpcStatus?: number
}
export type ExplainedWayOutcome =
  | 'OUTCOME_UNSPECIFIED'
  | 'FORWARDED'
  | 'REDIRECTED'
  | 'ANSWERED'
  | 'NOT_FOUND'
  | 'CLOSED'
  | 'UNTOLD'
export interface ExplainedShare {
  cluster: string
  namespace: string
  service: string
  environment: string
  incarnation: number
  port: string
  share: number
  endpoints?: number
}
export interface ExplainedMirror {
  name: string
  cluster: string
  environment: string
  share: number
  of: string[]
}
export interface ExplainedSetting {
  name: string
  value: string
}
export interface ExplainedMiss {
  route: string
  match: string
  object: string
  path: string
  rule: string
  audience: string
  reasons: string[]
}
export interface ListNodesRequest {
  group: string
  pageSize: number
  pageToken: string
}
export interface ListNodesResponse {
  nodes: Node[]
  nextPageToken: string
}
export interface GetNodeRequest {
  id: string
}
export interface Node {
  id: string
  cluster: string
  metadata: Record<string, string>
  locality: Locality | null
  agent: string
  group: string
  connected: boolean
  streams: NodeStream[]
  lastSeen: Timestamp | null
  types: NodeType[]
  holds?: number
  newest: number
}
export interface Locality {
  region: string
  zone: string
  subZone: string
}
export interface NodeStream {
  id: string
  variant: NodeStreamVariant
  peer: string
  since: Timestamp | null
}
export type NodeStreamVariant =
  | 'VARIANT_UNSPECIFIED'
  | 'SOTW'
  | 'DELTA'
export interface NodeType {
  typeUrl: string
  sent?: number
  holds?: number
  version: string
  resources: number
  unwarmed: string[]
  nack: Nack | null
}
export interface Nack {
  generation: number
  version: string
  detail: string
  at: Timestamp | null
}
export interface GetPushRequest {
  id: string
}
export interface ListPushesRequest {
  limit: number
  object: ObjectKey | null
  group: string
}
export interface ListPushesResponse {
  pushes: PushRecord[]
}
export interface WatchPushRequest {
  id: string
}
export interface WaitPushRequest {
  id: string
  until: WaitPushRequestUntil
  timeout: Duration | null
}
export type WaitPushRequestUntil =
  | 'UNTIL_UNSPECIFIED'
  | 'UNTIL_DONE'
  | 'UNTIL_PREPARED'
export interface WaitPushResponse {
  outcome: WaitPushResponseOutcome
  push: PushRecord | null
}
export type WaitPushResponseOutcome =
  | 'OUTCOME_UNSPECIFIED'
  | 'REACHED'
  | 'ENDED'
  | 'TIMED_OUT'
export interface AbortPushRequest {
  id: string
  reason: string
}
export interface PushRecord {
  id: string
  revision: number
  verb: string
  actor: string
  reason: string
  objects: ObjectKey[]
  phase: PushPhase
  startedAt: Timestamp | null
  endedAt: Timestamp | null
  timings: PushTimings | null
  groups: PushGroup[]
  refusals: Refusal[]
  verdict: string
  compensatedBy: number
  ramp: Ramp | null
}
export interface Ramp {
  over: Duration | null
  steps: number
  step: number
}
export interface PushTimings {
  committedMs?: number
  preparedMs?: number
  decidedMs?: number
  firstAckMs?: number
  lastAckMs?: number
  flushMs?: number
}
export interface PushGroup {
  group: string
  before: number
  prepared?: number
  switched?: number
  nodes: number
  preparedNodes: number
  switchedNodes: number
  heldUpBy: string[]
}
export interface Refusal {
  node: string
  type: string
  detail: string
  resources: string[]
}
export interface GetStoreStatusRequest {

}
export interface StoreStatus {
  condition: StoreStatusCondition
  reason: string
  next: string
  revision: number
  groups: StoreGroup[]
  faults: StoreFault[]
  faultCount: number
  intent: StoreStatusIntent
}
export type StoreStatusCondition =
  | 'CONDITION_UNSPECIFIED'
  | 'WRITABLE'
  | 'READ_ONLY'
  | 'DAMAGED'
export type StoreStatusIntent =
  | 'INTENT_UNSPECIFIED'
  | 'WHOLE'
  | 'EARLIER'
  | 'LEFTOVERS'
export interface StoreGroup {
  group: string
  newest?: number
  highest: number
  newerMayBeLost: boolean
}
export interface StoreFault {
  where: string
  what: string
  meaning: string
}
export interface ListGenerationsRequest {
  group: string
}
export interface ListGenerationsResponse {
  generations: StoredGeneration[]
}
export interface StoredGeneration {
  group: string
  number: number
  cause: string
  resources: number
  served: boolean
  sameAs: number[]
}
export interface ServeGenerationRequest {
  group: string
  generation?: number
  reason: string
}
export interface ServeGenerationResponse {
  group: string
  generation: number
  content: number
  resting: string[]
}
export interface GetTrafficRequest {
  namespace: string
  service: string
}
export interface WatchTrafficRequest {
  namespace: string
  service: string
}
export interface SetTrafficRequest {
  namespace: string
  service: string
  weights: Record<string, number>
  etag: string
  options: ChangeOptions | null
  cohorts: Record<string, boolean>
  mirrors: Record<string, MirrorChange>
}
export interface MirrorChange {
  on: boolean
  share: number
}
export interface SwitchRequest {
  namespace: string
  service: string
  environment: string
  etag: string
  options: ChangeOptions | null
  ramp: Duration | null
}
export interface SplitRequest {
  namespace: string
  service: string
  weights: Record<string, number>
  etag: string
  options: ChangeOptions | null
  ramp: Duration | null
}
export interface RollbackRequest {
  namespace: string
  service: string
  options: ChangeOptions | null
}
export interface FenceRequest {
  namespace: string
  service: string
  options: ChangeOptions | null
}
export interface RemoveFenceRequest {
  namespace: string
  service: string
  fence: number
  options: ChangeOptions | null
}
export interface TrafficFence {
  id: number
  text: string
  actor: string
  at: Timestamp | null
  incarnations: Record<string, number>
}
export interface ServiceTraffic {
  namespace: string
  service: string
  etag: string
  managedBy: string
  environments: EnvironmentTraffic[]
  revision: number
  actor: string
  reason: string
  at: Timestamp | null
  push: string
  cohorts: CohortTraffic[]
  mirrors: MirrorTraffic[]
  fences: TrafficFence[]
}
export interface CohortTraffic {
  cohort: string
  environment: string
  wanted: boolean
  applied: boolean
}
export interface MirrorTraffic {
  mirror: string
  from: string
  to: string
  wanted: number
  applied: number
}
export interface EnvironmentTraffic {
  environment: string
  wanted: number
  applied: number
  observed?: number
  release: string
  digest: string
  incarnation: number
  endpoints: number
}
/** Every service and method: what goes in, what comes out, once or as a stream. */
export interface AdminServices {
  Config: {
    Apply: { request: ApplyRequest; response: ChangeAnswer; stream: false }
    Get: { request: GetObjectRequest; response: ConfigObject; stream: false }
    List: { request: ListObjectsRequest; response: ListObjectsResponse; stream: false }
    Delete: { request: DeleteRequest; response: ChangeAnswer; stream: false }
    Diff: { request: DiffRequest; response: ChangeAnswer; stream: false }
    Validate: { request: ValidateRequest; response: ValidateResponse; stream: false }
    ListRevisions: { request: ListRevisionsRequest; response: ListRevisionsResponse; stream: false }
    Undo: { request: UndoRequest; response: ChangeAnswer; stream: false }
    Restore: { request: RestoreRequest; response: ChangeAnswer; stream: false }
    Watch: { request: WatchObjectsRequest; response: WatchObjectsResponse; stream: true }
  }
  Endpoints: {
    Set: { request: SetEndpointsRequest; response: EndpointsAnswer; stream: false }
    Patch: { request: PatchEndpointsRequest; response: EndpointsAnswer; stream: false }
    Drain: { request: DrainEndpointsRequest; response: EndpointsAnswer; stream: false }
    List: { request: ListEndpointsRequest; response: ListEndpointsResponse; stream: false }
  }
  Events: {
    List: { request: ListEventsRequest; response: ListEventsResponse; stream: false }
    Watch: { request: WatchEventsRequest; response: WatchEventsResponse; stream: true }
  }
  Nodes: {
    List: { request: ListNodesRequest; response: ListNodesResponse; stream: false }
    Get: { request: GetNodeRequest; response: Node; stream: false }
  }
  Push: {
    Get: { request: GetPushRequest; response: PushRecord; stream: false }
    List: { request: ListPushesRequest; response: ListPushesResponse; stream: false }
    Watch: { request: WatchPushRequest; response: PushRecord; stream: true }
    Wait: { request: WaitPushRequest; response: WaitPushResponse; stream: false }
    Abort: { request: AbortPushRequest; response: PushRecord; stream: false }
  }
  Store: {
    GetStatus: { request: GetStoreStatusRequest; response: StoreStatus; stream: false }
    ListGenerations: { request: ListGenerationsRequest; response: ListGenerationsResponse; stream: false }
    ServeGeneration: { request: ServeGenerationRequest; response: ServeGenerationResponse; stream: false }
  }
  Traffic: {
    Get: { request: GetTrafficRequest; response: ServiceTraffic; stream: false }
    Set: { request: SetTrafficRequest; response: ChangeAnswer; stream: false }
    Switch: { request: SwitchRequest; response: ChangeAnswer; stream: false }
    Split: { request: SplitRequest; response: ChangeAnswer; stream: false }
    Rollback: { request: RollbackRequest; response: ChangeAnswer; stream: false }
    Fence: { request: FenceRequest; response: ChangeAnswer; stream: false }
    RemoveFence: { request: RemoveFenceRequest; response: ChangeAnswer; stream: false }
    Watch: { request: WatchTrafficRequest; response: ServiceTraffic; stream: true }
    Explain: { request: ExplainRequest; response: ExplainAnswer; stream: false }
  }
}

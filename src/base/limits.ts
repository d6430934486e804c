// Every bound of the program in one place: name, unit, reason. A queue, map, message or retry without a line
// here is a bug (the house test looks for it).

const KiB = 1024
const MiB = 1024 * KiB

export const limits = {
  /** Bytes of one apply request or manifest set read by the CLI; 100 MB manifests are refused before parsing. */
  manifestBytes: 16 * MiB,
  /** Objects in one apply. */
  objectsPerApply: 20_000,
  /** Characters of a namespace, object, environment, port or listener name (DNS label, so it fits everywhere). */
  nameLength: 63,
  /** Alias expansions in one YAML document, and nodes that all of them may stand for (billion-laughs guard). */
  yamlAliases: 100,
  yamlAliasNodes: 100_000,
  /** Tokens of one YAML text: each costs about 400 bytes while it is read. As JSON, more fits. */
  yamlTokens: 2_000_000,
  /** Values in one object, aliases expanded: each may become a fault. A service of 40,000 endpoints has 120,000. */
  valuesPerObject: 250_000,
  /** Levels of nesting in one manifest; ours need 8, parsers and printers recurse. */
  nestingDepth: 64,
  /** Violations reported of one request; the rest are counted. */
  violationsReported: 100,
  /** Characters of one text in a manifest (the longest path Envoy is asked to match is shorter). */
  fieldLength: 4_096,
  /** Characters of a found value repeated in an error. */
  foundLength: 60,
  /** Resources of one RawSnapshot: each is read when it is applied. */
  resourcesPerRawSnapshot: 1_000,
  /** Certificates of one listener. */
  secretsPerListener: 100,
  /** Characters of the path of a certificate file below `--secrets-dir`. */
  secretPathLength: 1_024,
  /** Bytes of one certificate file; a bundle of 150 authorities has 220 KiB. */
  secretFileBytes: 1 * MiB,
  /** Secrets: the files of each are looked at every `secretLookMs`. */
  secrets: 5_000,
  /** Milliseconds between two looks at all certificate files: the watching of folders is quicker and may miss some. */
  secretLookMs: 5_000,
  /** Milliseconds from a change in a folder to the look at its files: writing takes a moment. */
  secretSettleMs: 100,
  /** Milliseconds that a certificate file may be bad, as one that is being written is, before it is said. */
  secretPatienceMs: 2_000,
  /** Certificate files read at once at a start. */
  secretsReadAtOnce: 64,
  /** Labels of one object; characters of a label's key and value. */
  labels: 64,
  labelLength: 256,
  /** Milliseconds of any duration in a manifest: a year; Envoy's timers end not far above. */
  durationMs: 365 * 24 * 3_600_000,
  /** Ports and environments of one service: each pair is an Envoy cluster in every proxy. */
  portsPerService: 32,
  environmentsPerService: 64,
  /** Static endpoints of one environment. */
  endpointsPerEnvironment: 10_000,
  /** Registered endpoints of all environments; owners that registered some in one environment. */
  registeredEndpoints: 200_000,
  ownersPerEnvironment: 1_000,
  /** Environments in one file of endpoints; files in one watched folder. */
  endpointFileEntries: 10_000,
  endpointFiles: 256,
  /** Milliseconds between two looks at watched files of endpoints: one that stays the same for so long is whole. */
  endpointFileLookMs: 250,
  /** Milliseconds: the shortest and the longest lease of a registered endpoint, and between two looks at leases. */
  leaseLeastMs: 1_000,
  leaseMostMs: 24 * 3_600_000,
  leaseLookMs: 500,
  /** Milliseconds between two looks at everything registered, whatever its leases say. */
  lookWholeMs: 5_000,
  /** Milliseconds within which at most half of an environment's endpoints may lapse: more is a fault of those who renew. */
  lapseWindowMs: 60_000,
  /** Milliseconds that endpoints of an incarnation that is gone are kept: a push that took it away may be taken back. */
  goneIncarnationMs: 15 * 60_000,
  /** Milliseconds that changes of endpoints after the first are collected, so that a burst is one generation. */
  churnCollectMs: 250,
  /** Services whose endpoints changed, beyond which a node group is compiled anew: it is no slower then. */
  servicesRefreshed: 256,
  /** Changes of endpoints that wait for their turn. */
  endpointChangesWaiting: 1_000,
  /** Host names of one environment: every proxy looks each of them up. */
  dnsHostsPerEnvironment: 256,
  /** Host names of one apply that are looked up, so that those that do not resolve are said; milliseconds for each. */
  namesLookedUp: 64,
  nameLookupMs: 1_000,
  /** Requests of one upstream connection: Envoy counts them in 32 bits. */
  requestsPerConnection: 4_294_967_295,
  /** Listeners of one gateway; gateways, hosts and rules of one route; matches of one rule; headers of one match. */
  listenersPerGateway: 64,
  nodeGroupsPerGateway: 256,
  /** Listeners of a sidecar in one direction; services that its workload calls through one: each is a virtual host. */
  listenersPerSidecar: 16,
  servicesPerSidecar: 1_000,
  /** Services that sidecars call whose virtual hosts are remembered by name: beyond it they are made anew. */
  serviceSources: 20_000,
  gatewaysPerRoute: 256,
  hostsPerRoute: 256,
  rulesPerRoute: 256,
  matchesPerRule: 64,
  headersPerMatch: 16,
  /** Matches at one path of one host that are compared with each other for what they leave; beyond it equal ones are found. */
  matchesCompared: 512,
  /** Retries of one request, and statuses that cause one: each is another request to a backend that is in trouble. */
  retryAttempts: 10,
  statusCodesPerRetry: 32,
  /** Headers that one rule sets, adds or removes in one direction; origins and headers of its CORS. */
  headerChanges: 64,
  corsOrigins: 64,
  corsHeaders: 64,
  /** Bytes of an answer of the proxy's own: Envoy's default for `max_direct_response_body_size_bytes`. */
  directResponseBytes: 4_096,
  /** Bytes of one request that a proxy may hold back, for a retry or until it is whole. */
  bufferedRequestBytes: 64 * MiB,
  /** Requests of one local rate limit: Envoy counts its tokens in 32 bits. */
  rateLimitTokens: 1_000_000_000,
  /** Cohorts and mirrors of one policy; each match of a cohort is one more Envoy route for every match of a route. */
  cohortsPerPolicy: 64,
  matchesPerCohort: 16,
  conditionsPerCohort: 16,
  rangesPerCohort: 64,
  mirrorsPerPolicy: 16,
  /** Mirrors of one service that are on at once: each set of methods doubles the Envoy routes. */
  mirrorsOn: 3,
  /** Fences of one service that stand before something: more of them nobody reads. */
  fencesPerService: 16,
  /** Steps of a ramp: each is a generation for every proxy. */
  rampSteps: 20,
  /** Least time between two steps of a ramp, ms: proxies ACK each before the next. */
  rampStepMs: 500,
  /** Longest ramp, ms: what takes longer is a rollout. */
  rampMs: 3_600_000,
  /** Bytes of a request body that a mirror may copy; what it cannot get rid of is held in memory by every proxy. */
  mirrorBodyBytes: 16 * MiB,
  /** Characters of a policy's key set: it goes to every proxy. */
  jwksBytes: 64 * KiB,
  /** Pieces of the hash range of one service for each environment that carries traffic. */
  slicesPerEnvironment: 4,
  /** Gateways × hosts × matches of one route: each is looked up when another route may want the same requests. */
  matchesPerRoute: 65_536,
  /** Notes of one plan; lines of one object's diff. The rest are counted. */
  planNotes: 50,
  diffLines: 200,
  /** Bytes of one value in the store; larger ones are kept in parts. */
  storeValueBytes: 512 * KiB,
  /** Bytes of one stored revision or record, all parts together. */
  storeRecordBytes: 64 * MiB,
  /** Milliseconds between two reminders in the log that the store takes no changes; faults named in each. */
  remindMs: 60_000,
  faultsLogged: 10,
  /** Commits waiting for the store before more are refused. */
  storeQueue: 10_000,
  /** Commits that share one flush. */
  storeGroup: 256,
  /** Keys and bytes of one atomic batch of the embedded engine; larger changes are staged. */
  storeBatchWrites: 10_000,
  storeBatchBytes: 4 * MiB,
  /** Generations beyond the kept that pile up before they are dropped together (one whole generation is rewritten then). */
  generationsSlack: 16,
  /** Of so many generations one is stored whole, the others as differences: as many at most are lost with one record. */
  generationsPerWhole: 16,
  /** Commits that a resource stays after no kept generation names it, for changes that were computed before that. */
  resourceGraceCommits: 64,
  /** Revisions kept before compaction may drop the oldest unreferenced. */
  revisionsKept: 10_000,
  /** Request ids remembered for harmless retries. */
  requestIdsKept: 10_000,
  /** Generations kept per node group, so that a proxy that comes back is recognised by its versions. */
  generationsKept: 32,
  /** Finished push records kept. */
  pushesKept: 1_000,
  /** Bytes of one encoded Envoy resource (an RDS of 10,000 virtual hosts is near 4 MiB). */
  resourceBytes: 16 * MiB,
  /** Results remembered per object while it lives: heads, applied and the worlds of two pushes. */
  memoEntriesPerObject: 4,
  /** Compiled node groups remembered per group, to share what did not change. */
  compilesRemembered: 4,
  /** Resources of one type that a group must have had before losing half of them needs `force`. */
  shrinkGuardFrom: 10,
  /** Messages inside messages of one Envoy resource; protobuf parsers stop at 100 by default, Envoy too. */
  protobufDepth: 100,
  /** Resources of one type in one node group. */
  resourcesPerType: 50_000,
  /** Bytes that a gRPC client may send us in one message: delta reconnects echo every name held (50,000 names: 12 MiB). */
  xdsReceiveBytes: 32 * MiB,
  /** Bytes of requests that came in and nobody has taken yet, over all calls: beyond it, the call that holds most is cut. */
  intakeBytes: 256 * MiB,
  /** Milliseconds from one message of a call to the next, while one is under way, and how often that is looked at. */
  requestDeadlineMs: 30_000,
  intakeLookMs: 1_000,
  /** Milliseconds that the status of a call that is cut may take to be flushed before it is reset. */
  refusalFlushMs: 100,
  /** Characters of a node's id and cluster; string values of its metadata that are kept, and characters of each. */
  nodeIdLength: 1_024,
  nodeMetadata: 256,
  nodeMetadataLength: 4_096,
  /** Bytes of one delta response before it is split; gRPC clients stop at 4 MiB. */
  deltaResponseBytes: 3 * MiB,
  /** Names subscribed on one stream and type. */
  namesPerSubscription: 50_000,
  /** Names in one list of one request, repeated ones too: looked at while it is read. */
  namesPerRequest: 100_000,
  /** Characters of one resource name on the wire. */
  resourceNameLength: 4_096,
  /** Streams open at once. */
  streams: 10_000,
  /** Requests a second of one stream before it is slowed (a NACK storm costs a bucket, not a core). */
  streamRequestsPerSecond: 200,
  /** Requests of one stream waiting to be handled. */
  streamInbox: 1_000,
  /** Responses in flight (sent, neither ACKed nor NACKed) per stream and type. */
  pendingPerType: 16,
  /** Milliseconds that one response may wait for the socket before the stream is cut. */
  writeDeadlineMs: 10_000,
  /**
   * Bytes handed to sockets and not taken yet, over all streams: beyond it, streams wait for their turn. What waits for longer
   * than `slowAfterMs` keeps nobody else waiting: it counts as slow, and beyond `slowBytes` the slowest are cut at once.
   */
  unsentBytes: 128 * MiB,
  slowBytes: 128 * MiB,
  slowAfterMs: 1_000,
  /** Milliseconds that an open stream may take to its first request: Envoys send it at once, and a stream takes a place. */
  firstRequestMs: 30_000,
  /** Milliseconds that the older streams of a node with a new one may take to answer a ping before they are cut. */
  twinProbeMs: 3_000,
  /** Milliseconds a route may wait on its stream for the clusters it needs, before it goes out anyway. */
  orderDeadlineMs: 20_000,
  /** Milliseconds that a route on a new stream waits for the proxy to ask for its clusters at all. */
  clustersFirstMs: 500,
  /** Milliseconds that a refused type waits for the refusal to be durable before newer content goes out without. */
  refusalDeadlineMs: 5_000,
  /** Versions remembered per node and type as refused, never to be sent again; twice what is kept of generations. */
  parkedVersions: 64,
  /** Groups of one node id for which it is remembered how far they were sent: one, or two while it moves or has a twin. */
  groupsPerNode: 4,
  /** Sets remembered per node and type that had more in them than their generation (clusters that routes still named). */
  unionsPerNode: 8,
  /** Streams given a new generation in one turn of the event loop, so that requests are not starved. */
  streamsPerTurn: 64,
  /** Bytes of encoded response bodies kept to be shared between streams. */
  sharedBodyBytes: 64 * MiB,
  /** Milliseconds that a stream we ended may take to flush its status before it is reset. */
  closeGraceMs: 1_000,
  /** HTTP/2 pings to a silent proxy every so many milliseconds, and how long it may take to answer one. */
  xdsKeepaliveMs: 30_000,
  xdsKeepaliveTimeoutMs: 10_000,
  /** Milliseconds that the streams of a connection that has its age go on, so that what is in flight is ACKed. */
  connectionAgeGraceMs: 5_000,
  /** Streams of one connection: an Envoy needs five, a test of many nodes one each. */
  streamsPerConnection: 1_000,
  /** Streams of reports (load, health, access log, metrics) open at once. */
  reportStreams: 40_000,
  /** Names listed in one report of a stream (endpoints not warm, names of a refused response). */
  namesPerReport: 1_000,
  /** Characters kept of one NACK text. */
  nackDetailLength: 2_048,
  /** Nodes in the inventory. */
  nodes: 20_000,
  /** Nodes named one by one in a message, record or error; the rest are counted. */
  nodesNamed: 20,
  /** Resources named with one refusal in the record of a push. */
  resourcesNamed: 10,
  /** Events kept for watchers that come back, and bytes of all of them. */
  eventsKept: 10_000,
  eventBytes: 16 * MiB,
  /** Objects named in one event, and everything that it is about; characters of its sentence. */
  eventObjects: 100,
  eventReferences: 128,
  eventMessageLength: 1_024,
  /** Milliseconds within which an equal event counts up the one before; at most so often is it told anew. */
  eventFoldMs: 10 * 60_000,
  eventTellMs: 10_000,
  /** Events of one name that differ, within so many milliseconds, beyond which the rest of them is one event. */
  eventCrowd: 50,
  eventCrowdMs: 60_000,
  /** Milliseconds between two looks for events that were repeated and not told. */
  eventLookMs: 1_000,
  /** Webhooks; headers of one; attempts of one event at most. */
  webhooks: 16,
  webhookHeaders: 16,
  webhookAttempts: 100,
  /** Events that wait for one webhook, and bytes of all of them: beyond it the oldest is dropped. */
  webhookQueue: 1_000,
  webhookQueueBytes: 4 * MiB,
  /** Milliseconds before the second attempt, and between any two. */
  webhookFirstPauseMs: 1_000,
  webhookPauseMs: 5 * 60_000,
  /** Characters read of a webhook's answer. */
  webhookAnswerLength: 2_048,
  /** Milliseconds between two looks for certificates that end soon. */
  certificateLookMs: 3_600_000,
  /** Milliseconds that a push may wait in one phase before it is an event who holds it up; a quiet push takes some ten. */
  pushHeldUpMs: 2_000,
  /** Watchers (push, events, traffic) open at once. */
  watchers: 1_000,
  /** Updates waiting for one watcher before the oldest are dropped and the watcher is told. */
  watcherQueue: 256,
  /** Characters of an actor's name, proven or claimed: it reaches logs, records and every revision. */
  actorLength: 253,
  /** Characters of a reason and of a request id: kept with every revision. */
  reasonLength: 1_024,
  requestIdLength: 128,
  /** Bytes of the details of one gRPC error: they travel as a trailer, and some clients stop at 8 KiB after base64. */
  statusDetailBytes: 5 * KiB,
  /** Characters of one gRPC error message, for the same reason. */
  statusMessageLength: 1_024,
  /** Objects, nodes, pushes or revisions in one page of an admin answer. */
  adminPage: 1_000,
  /** Milliseconds that one Push.Wait may last; longer waits ask again. */
  waitMs: 60 * 60_000,
  /** Bytes of one admin request or answer. */
  adminMessageBytes: 32 * MiB,
  /** Of the client: attempts of one call, and milliseconds before the second and between any two (a restart takes two seconds). */
  callAttempts: 6,
  retryFirstDelayMs: 200,
  retryMostDelayMs: 5_000,
  /** HTTP/2 pings of a client whose call waits, every so many milliseconds, and how long the server may take to answer one. */
  clientKeepaliveMs: 30_000,
  clientKeepaliveTimeoutMs: 10_000,
  /** Services whose traffic one command watches: each is a stream of its own. */
  servicesWatched: 100,
  /** Milliseconds that a server may be away before a watch that resumes gives up. */
  watchAwayMs: 24 * 3_600_000,
  /** Bytes of request bodies that the HTTP port holds at once, over all requests: beyond it, the next is told to come again. */
  httpBodiesBytes: 128 * MiB,
  /** Characters of a path repeated in an answer, a log line or at the gate. */
  pathShown: 256,
  /** Milliseconds between two signs of life of a watch over HTTP, below the usual 30 s and 60 s of proxies on the way. */
  watchAliveMs: 15_000,
  /** Milliseconds that a client of such a watch is asked to wait before it comes back. */
  watchRetryMs: 1_000,
  /** Milliseconds that what a watcher was sent may wait for its socket before it is cut: it holds one of the places. */
  watchStallMs: 60_000,
  /** Time-outs of a push, all in milliseconds (design: a push). */
  prepareMs: 20_000,
  switchMs: 5_000,
  settleMs: 30_000,
  goneMs: 60_000,
  retireDelayMs: 30_000,
  retireDeadlineMs: 15 * 60_000,
  expectWithinMs: 24 * 3_600_000,
  /** Milliseconds a fresh stream may take to ask for its first types before barriers judge it without them. */
  subscribeGraceMs: 5_000,
  /**
   * The same for a type that the proxy asked for before: by then its connection is cut by keepalive if it broke without a word
   * (`xdsKeepaliveMs` and `xdsKeepaliveTimeoutMs`, and a second for the news).
   */
  askAgainMs: 41_000,
  /** Milliseconds between two writings of the time a connected node was last seen. */
  seenRefreshMs: 5 * 60_000,
  /** Milliseconds between two looks for nodes that left the inventory. */
  inventorySweepMs: 60_000,
  /** Forced resends to one node and type in a row; a node that refuses them all waits for new content (no hot loop). */
  resendsInARow: 3,
  /** Earlier contents of a service's traffic that a rollback looks through. */
  rollbackLooksBack: 100,
  /** Pushes under way at once; each keeps its world, and barriers over the fleet, in memory. */
  pushesRunning: 256,
  /** Changes of intent that wait for their turn at the one writer. */
  changesWaiting: 1_000,
  /** Milliseconds of quiet after which a generation that everybody holds is written down as closed. */
  closeAfterMs: 250,
  /** Milliseconds between two looks at deadlines, retirements and the inventory. */
  tickMs: 100,
  /** Milliseconds from SIGTERM to a forced end. */
  stopGraceMs: 10_000,
  /** Resources asked of the store at once at a start: enough to keep its threads busy. */
  resourcesReadAtOnce: 256,
  /** Milliseconds after a start until what is applied is compiled for the first command, when the fleet is back. */
  compileAfterMs: 3_000,
  /** Milliseconds between two looks, at the stop, whether decided pushes have arrived and streams have ended. */
  stopLookMs: 20,
  /** Milliseconds that the stop waits for ACKs of what was sent last, and then for statuses to be flushed. */
  stopAckMs: 1_000,
  stopFlushMs: 500,
  /** Environments, and node groups, with series of their own in the metrics: a scrape stays below a few hundred KiB. */
  environmentsMeasured: 2_000,
  groupsMeasured: 500,
  /** Listeners that one explanation is made for: a person reads it. */
  listenersExplained: 20,
  /** Ways of one listener whose conditions only the proxy knows, and routes told that were near. */
  waysExplained: 16,
  missesExplained: 5,
  /** Headers, claims and the like of a request to be explained; Envoy takes 100 headers. */
  fieldsExplained: 100,
  /** Characters of its URL and of each header: Envoy takes 60 KiB of all headers. */
  explainedTextLength: 60 * KiB,
  /** Decoded resources that are kept for the next explanation. */
  decodedForExplain: 64,
} as const

// Made by scripts/envoy-api/types.mjs from the descriptors of Envoy's API 1.40.0: do not edit.
// The proto3 JSON form of the messages that Verdigris writes. Durations are strings such as "1.5s", bytes are
// base64, 64-bit integers may be strings.
import type { Json } from '../base/index.ts'

/** google.protobuf.Any: the type URL and, beside it, the fields of the message. */
export type AnyMessage = { readonly '@type': string; readonly [field: string]: unknown }

/** envoy.config.accesslog.v3.AccessLog */
export type AccessLog = {
  readonly name?: string
  readonly filter?: AccessLogFilter
  readonly typedConfig?: AnyMessage
}

/** envoy.config.accesslog.v3.AccessLogFilter */
export type AccessLogFilter = {
  readonly statusCodeFilter?: StatusCodeFilter
  readonly durationFilter?: DurationFilter
  readonly notHealthCheckFilter?: NotHealthCheckFilter
  readonly traceableFilter?: TraceableFilter
  readonly runtimeFilter?: RuntimeFilter
  readonly andFilter?: AndFilter
  readonly orFilter?: OrFilter
  readonly headerFilter?: HeaderFilter
  readonly responseFlagFilter?: ResponseFlagFilter
  readonly grpcStatusFilter?: GrpcStatusFilter
  readonly extensionFilter?: ExtensionFilter
  readonly metadataFilter?: MetadataFilter
  readonly logTypeFilter?: LogTypeFilter
}

/** envoy.config.accesslog.v3.AndFilter */
export type AndFilter = {
  readonly filters?: readonly AccessLogFilter[]
}

/** envoy.config.accesslog.v3.ComparisonFilter */
export type ComparisonFilter = {
  readonly op?: ComparisonFilterOp
  readonly value?: RuntimeUInt32
}

/** envoy.config.accesslog.v3.DurationFilter */
export type DurationFilter = {
  readonly comparison?: ComparisonFilter
}

/** envoy.config.accesslog.v3.ExtensionFilter */
export type ExtensionFilter = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.accesslog.v3.GrpcStatusFilter */
export type GrpcStatusFilter = {
  readonly statuses?: readonly GrpcStatusFilterStatus[]
  readonly exclude?: boolean
}

/** envoy.config.accesslog.v3.HeaderFilter */
export type HeaderFilter = {
  readonly header?: HeaderMatcher
}

/** envoy.config.accesslog.v3.LogTypeFilter */
export type LogTypeFilter = {
  readonly types?: readonly AccessLogType[]
  readonly exclude?: boolean
}

/** envoy.config.accesslog.v3.MetadataFilter */
export type MetadataFilter = {
  readonly matcher?: MetadataMatcher
  readonly matchIfKeyNotFound?: boolean
}

/** envoy.config.accesslog.v3.NotHealthCheckFilter */
export type NotHealthCheckFilter = Record<string, never>

/** envoy.config.accesslog.v3.OrFilter */
export type OrFilter = {
  readonly filters?: readonly AccessLogFilter[]
}

/** envoy.config.accesslog.v3.ResponseFlagFilter */
export type ResponseFlagFilter = {
  readonly flags?: readonly string[]
}

/** envoy.config.accesslog.v3.RuntimeFilter */
export type RuntimeFilter = {
  readonly runtimeKey?: string
  readonly percentSampled?: FractionalPercent
  readonly useIndependentRandomness?: boolean
}

/** envoy.config.accesslog.v3.StatusCodeFilter */
export type StatusCodeFilter = {
  readonly comparison?: ComparisonFilter
}

/** envoy.config.accesslog.v3.TraceableFilter */
export type TraceableFilter = Record<string, never>

/** envoy.config.bootstrap.v3.Admin */
export type Admin = {
  /** @deprecated */
  readonly accessLogPath?: string
  readonly profilePath?: string
  readonly address?: Address
  readonly socketOptions?: readonly SocketOption[]
  readonly accessLog?: readonly AccessLog[]
  readonly ignoreGlobalConnLimit?: boolean
  readonly allowPaths?: readonly StringMatcher[]
}

/** envoy.config.bootstrap.v3.Bootstrap */
export type Bootstrap = {
  readonly node?: Node
  readonly staticResources?: BootstrapStaticResources
  readonly dynamicResources?: BootstrapDynamicResources
  readonly clusterManager?: ClusterManager
  readonly flagsPath?: string
  readonly statsSinks?: readonly StatsSink[]
  readonly statsFlushInterval?: string
  /** @deprecated */
  readonly watchdog?: Watchdog
  /** @deprecated */
  readonly tracing?: TraceTracing
  readonly admin?: Admin
  readonly statsConfig?: StatsConfig
  readonly hdsConfig?: ApiConfigSource
  readonly overloadManager?: OverloadManager
  readonly enableDispatcherStats?: boolean
  readonly layeredRuntime?: LayeredRuntime
  readonly headerPrefix?: string
  readonly statsServerVersionOverride?: number | string
  /** @deprecated */
  readonly useTcpForDnsLookups?: boolean
  readonly bootstrapExtensions?: readonly TypedExtensionConfig[]
  readonly configSources?: readonly ConfigSource[]
  readonly defaultConfigSource?: ConfigSource
  readonly defaultSocketInterface?: string
  readonly certificateProviderInstances?: { readonly [key: string]: TypedExtensionConfig }
  readonly nodeContextParams?: readonly string[]
  readonly watchdogs?: Watchdogs
  readonly fatalActions?: readonly FatalAction[]
  readonly statsFlushOnAdmin?: boolean
  /** @deprecated */
  readonly dnsResolutionConfig?: DnsResolutionConfig
  readonly typedDnsResolverConfig?: TypedExtensionConfig
  readonly inlineHeaders?: readonly CustomInlineHeader[]
  readonly perfTracingFilePath?: string
  readonly defaultRegexEngine?: TypedExtensionConfig
  readonly xdsDelegateExtension?: TypedExtensionConfig
  readonly xdsConfigTrackerExtension?: TypedExtensionConfig
  readonly listenerManager?: TypedExtensionConfig
  readonly applicationLogConfig?: BootstrapApplicationLogConfig
  readonly deferredStatOptions?: BootstrapDeferredStatOptions
  readonly grpcAsyncClientManagerConfig?: BootstrapGrpcAsyncClientManagerConfig
  readonly memoryAllocatorManager?: MemoryAllocatorManager
  readonly statsEvictionInterval?: string
  readonly enableWorkerCpuAffinity?: boolean
}

/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig */
export type BootstrapApplicationLogConfig = {
  readonly logFormat?: BootstrapApplicationLogConfigLogFormat
}

/** envoy.config.bootstrap.v3.Bootstrap.ApplicationLogConfig.LogFormat */
export type BootstrapApplicationLogConfigLogFormat = {
  readonly jsonFormat?: { readonly [key: string]: Json }
  readonly textFormat?: string
}

/** envoy.config.bootstrap.v3.Bootstrap.DeferredStatOptions */
export type BootstrapDeferredStatOptions = {
  readonly enableDeferredCreationStats?: boolean
}

/** envoy.config.bootstrap.v3.Bootstrap.DynamicResources */
export type BootstrapDynamicResources = {
  readonly ldsConfig?: ConfigSource
  readonly cdsConfig?: ConfigSource
  readonly adsConfig?: ApiConfigSource
  readonly ldsResourcesLocator?: string
  readonly cdsResourcesLocator?: string
}

/** envoy.config.bootstrap.v3.Bootstrap.GrpcAsyncClientManagerConfig */
export type BootstrapGrpcAsyncClientManagerConfig = {
  readonly maxCachedEntryIdleDuration?: string
}

/** envoy.config.bootstrap.v3.Bootstrap.StaticResources */
export type BootstrapStaticResources = {
  readonly listeners?: readonly Listener[]
  readonly clusters?: readonly Cluster[]
  readonly secrets?: readonly Secret[]
}

/** envoy.config.bootstrap.v3.ClusterManager */
export type ClusterManager = {
  readonly localClusterName?: string
  readonly outlierDetection?: ClusterManagerOutlierDetection
  readonly upstreamBindConfig?: BindConfig
  readonly loadStatsConfig?: ApiConfigSource
  readonly enableDeferredClusterCreation?: boolean
}

/** envoy.config.bootstrap.v3.ClusterManager.OutlierDetection */
export type ClusterManagerOutlierDetection = {
  readonly eventLogPath?: string
  readonly eventService?: EventServiceConfig
}

/** envoy.config.bootstrap.v3.CustomInlineHeader */
export type CustomInlineHeader = {
  readonly inlineHeaderName?: string
  readonly inlineHeaderType?: CustomInlineHeaderInlineHeaderType
}

/** envoy.config.bootstrap.v3.FatalAction */
export type FatalAction = {
  readonly config?: TypedExtensionConfig
}

/** envoy.config.bootstrap.v3.LayeredRuntime */
export type LayeredRuntime = {
  readonly layers?: readonly RuntimeLayer[]
}

/** envoy.config.bootstrap.v3.MemoryAllocatorManager */
export type MemoryAllocatorManager = {
  readonly bytesToRelease?: number | string
  readonly memoryReleaseInterval?: string
  readonly softMemoryLimitBytes?: number | string
  readonly maxPerCpuCacheSizeBytes?: number
  readonly maxUnfreedMemoryBytes?: number | string
}

/** envoy.config.bootstrap.v3.RuntimeLayer */
export type RuntimeLayer = {
  readonly name?: string
  readonly staticLayer?: { readonly [key: string]: Json }
  readonly diskLayer?: RuntimeLayerDiskLayer
  readonly adminLayer?: RuntimeLayerAdminLayer
  readonly rtdsLayer?: RuntimeLayerRtdsLayer
}

/** envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer */
export type RuntimeLayerAdminLayer = Record<string, never>

/** envoy.config.bootstrap.v3.RuntimeLayer.DiskLayer */
export type RuntimeLayerDiskLayer = {
  readonly symlinkRoot?: string
  readonly appendServiceCluster?: boolean
  readonly subdirectory?: string
}

/** envoy.config.bootstrap.v3.RuntimeLayer.RtdsLayer */
export type RuntimeLayerRtdsLayer = {
  readonly name?: string
  readonly rtdsConfig?: ConfigSource
}

/** envoy.config.bootstrap.v3.Watchdog */
export type Watchdog = {
  readonly missTimeout?: string
  readonly megamissTimeout?: string
  readonly killTimeout?: string
  readonly multikillTimeout?: string
  readonly multikillThreshold?: Percent
  readonly maxKillTimeoutJitter?: string
  readonly actions?: readonly WatchdogWatchdogAction[]
}

/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction */
export type WatchdogWatchdogAction = {
  readonly config?: TypedExtensionConfig
  readonly event?: WatchdogWatchdogActionWatchdogEvent
}

/** envoy.config.bootstrap.v3.Watchdogs */
export type Watchdogs = {
  readonly mainThreadWatchdog?: Watchdog
  readonly workerWatchdog?: Watchdog
}

/** envoy.config.cluster.v3.CircuitBreakers */
export type CircuitBreakers = {
  readonly thresholds?: readonly CircuitBreakersThresholds[]
  readonly perHostThresholds?: readonly CircuitBreakersThresholds[]
}

/** envoy.config.cluster.v3.CircuitBreakers.Thresholds */
export type CircuitBreakersThresholds = {
  readonly priority?: RoutingPriority
  readonly maxConnections?: number
  readonly maxPendingRequests?: number
  readonly maxRequests?: number
  readonly maxRetries?: number
  readonly trackRemaining?: boolean
  readonly maxConnectionPools?: number
  readonly retryBudget?: CircuitBreakersThresholdsRetryBudget
}

/** envoy.config.cluster.v3.CircuitBreakers.Thresholds.RetryBudget */
export type CircuitBreakersThresholdsRetryBudget = {
  readonly budgetPercent?: Percent
  readonly minRetryConcurrency?: number
  readonly budgetInterval?: string
}

/** envoy.config.cluster.v3.Cluster */
export type Cluster = {
  readonly name?: string
  readonly type?: ClusterDiscoveryType
  readonly edsClusterConfig?: ClusterEdsClusterConfig
  readonly connectTimeout?: string
  readonly perConnectionBufferLimitBytes?: number
  readonly lbPolicy?: ClusterLbPolicy
  readonly healthChecks?: readonly HealthCheck[]
  /** @deprecated */
  readonly maxRequestsPerConnection?: number
  readonly circuitBreakers?: CircuitBreakers
  /** @deprecated */
  readonly httpProtocolOptions?: Http1ProtocolOptions
  /** @deprecated */
  readonly http2ProtocolOptions?: Http2ProtocolOptions
  /** @deprecated */
  readonly dnsRefreshRate?: string
  readonly dnsLookupFamily?: ClusterDnsLookupFamily
  /** @deprecated */
  readonly dnsResolvers?: readonly Address[]
  readonly outlierDetection?: OutlierDetection
  readonly cleanupInterval?: string
  readonly upstreamBindConfig?: BindConfig
  readonly lbSubsetConfig?: ClusterLbSubsetConfig
  readonly ringHashLbConfig?: ClusterRingHashLbConfig
  readonly transportSocket?: TransportSocket
  readonly metadata?: Metadata
  /** @deprecated */
  readonly protocolSelection?: ClusterClusterProtocolSelection
  readonly commonLbConfig?: ClusterCommonLbConfig
  readonly altStatName?: string
  /** @deprecated */
  readonly commonHttpProtocolOptions?: CoreHttpProtocolOptions
  readonly upstreamConnectionOptions?: UpstreamConnectionOptions
  readonly closeConnectionsOnHostHealthFailure?: boolean
  readonly ignoreHealthOnHostRemoval?: boolean
  readonly loadAssignment?: ClusterLoadAssignment
  readonly originalDstLbConfig?: ClusterOriginalDstLbConfig
  readonly typedExtensionProtocolOptions?: { readonly [key: string]: AnyMessage }
  readonly leastRequestLbConfig?: ClusterLeastRequestLbConfig
  readonly clusterType?: ClusterCustomClusterType
  /** @deprecated */
  readonly respectDnsTtl?: boolean
  readonly filters?: readonly ClusterFilter[]
  readonly loadBalancingPolicy?: LoadBalancingPolicy
  readonly lrsServer?: ConfigSource
  readonly transportSocketMatches?: readonly ClusterTransportSocketMatch[]
  /** @deprecated */
  readonly dnsFailureRefreshRate?: ClusterRefreshRate
  /** @deprecated */
  readonly useTcpForDnsLookups?: boolean
  /** @deprecated */
  readonly upstreamHttpProtocolOptions?: UpstreamHttpProtocolOptions
  /** @deprecated */
  readonly trackTimeoutBudgets?: boolean
  readonly upstreamConfig?: TypedExtensionConfig
  readonly trackClusterStats?: TrackClusterStats
  readonly preconnectPolicy?: ClusterPreconnectPolicy
  readonly connectionPoolPerDownstreamConnection?: boolean
  readonly maglevLbConfig?: ClusterMaglevLbConfig
  /** @deprecated */
  readonly dnsResolutionConfig?: DnsResolutionConfig
  readonly waitForWarmOnInit?: boolean
  readonly typedDnsResolverConfig?: TypedExtensionConfig
  readonly roundRobinLbConfig?: ClusterRoundRobinLbConfig
  readonly lrsReportEndpointMetrics?: readonly string[]
  /** @deprecated */
  readonly dnsJitter?: string
  readonly transportSocketMatcher?: Matcher
  readonly perConnectionBufferHighWatermarkTimeout?: string
  readonly statsMatcher?: StatsMatcher
  readonly queuingPolicies?: ClusterQueuingPolicies
}

/** envoy.config.cluster.v3.Cluster.CommonLbConfig */
export type ClusterCommonLbConfig = {
  readonly healthyPanicThreshold?: Percent
  readonly zoneAwareLbConfig?: ClusterCommonLbConfigZoneAwareLbConfig
  readonly localityWeightedLbConfig?: ClusterCommonLbConfigLocalityWeightedLbConfig
  readonly updateMergeWindow?: string
  readonly ignoreNewHostsUntilFirstHc?: boolean
  readonly closeConnectionsOnHostSetChange?: boolean
  readonly consistentHashingLbConfig?: ClusterCommonLbConfigConsistentHashingLbConfig
  readonly overrideHostStatus?: HealthStatusSet
}

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ConsistentHashingLbConfig */
export type ClusterCommonLbConfigConsistentHashingLbConfig = {
  readonly useHostnameForHashing?: boolean
  readonly hashBalanceFactor?: number
}

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.LocalityWeightedLbConfig */
export type ClusterCommonLbConfigLocalityWeightedLbConfig = Record<string, never>

/** envoy.config.cluster.v3.Cluster.CommonLbConfig.ZoneAwareLbConfig */
export type ClusterCommonLbConfigZoneAwareLbConfig = {
  readonly routingEnabled?: Percent
  readonly minClusterSize?: number | string
  readonly failTrafficOnPanic?: boolean
}

/** envoy.config.cluster.v3.Cluster.CustomClusterType */
export type ClusterCustomClusterType = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.cluster.v3.Cluster.EdsClusterConfig */
export type ClusterEdsClusterConfig = {
  readonly edsConfig?: ConfigSource
  readonly serviceName?: string
}

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig */
export type ClusterLbSubsetConfig = {
  readonly fallbackPolicy?: ClusterLbSubsetConfigLbSubsetFallbackPolicy
  readonly defaultSubset?: { readonly [key: string]: Json }
  readonly subsetSelectors?: readonly ClusterLbSubsetConfigLbSubsetSelector[]
  readonly localityWeightAware?: boolean
  readonly scaleLocalityWeight?: boolean
  readonly panicModeAny?: boolean
  readonly listAsAny?: boolean
  readonly metadataFallbackPolicy?: ClusterLbSubsetConfigLbSubsetMetadataFallbackPolicy
}

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector */
export type ClusterLbSubsetConfigLbSubsetSelector = {
  readonly keys?: readonly string[]
  readonly fallbackPolicy?: ClusterLbSubsetConfigLbSubsetSelectorLbSubsetSelectorFallbackPolicy
  readonly fallbackKeysSubset?: readonly string[]
  readonly singleHostPerSubset?: boolean
}

/** envoy.config.cluster.v3.Cluster.LeastRequestLbConfig */
export type ClusterLeastRequestLbConfig = {
  readonly choiceCount?: number
  readonly activeRequestBias?: RuntimeDouble
  readonly slowStartConfig?: ClusterSlowStartConfig
}

/** envoy.config.cluster.v3.Cluster.MaglevLbConfig */
export type ClusterMaglevLbConfig = {
  readonly tableSize?: number | string
}

/** envoy.config.cluster.v3.Cluster.OriginalDstLbConfig */
export type ClusterOriginalDstLbConfig = {
  readonly useHttpHeader?: boolean
  readonly httpHeaderName?: string
  readonly upstreamPortOverride?: number
  readonly metadataKey?: MetadataKey
}

/** envoy.config.cluster.v3.Cluster.PreconnectPolicy */
export type ClusterPreconnectPolicy = {
  readonly perUpstreamPreconnectRatio?: number | string
  readonly predictivePreconnectRatio?: number | string
  readonly preconnectEnabledMetadata?: MetadataMatcher
}

/** envoy.config.cluster.v3.Cluster.QueuingPolicies */
export type ClusterQueuingPolicies = {
  readonly pendingRqPolicy?: TypedExtensionConfig
}

/** envoy.config.cluster.v3.Cluster.RefreshRate */
export type ClusterRefreshRate = {
  readonly baseInterval?: string
  readonly maxInterval?: string
}

/** envoy.config.cluster.v3.Cluster.RingHashLbConfig */
export type ClusterRingHashLbConfig = {
  readonly minimumRingSize?: number | string
  readonly hashFunction?: ClusterRingHashLbConfigHashFunction
  readonly maximumRingSize?: number | string
}

/** envoy.config.cluster.v3.Cluster.RoundRobinLbConfig */
export type ClusterRoundRobinLbConfig = {
  readonly slowStartConfig?: ClusterSlowStartConfig
}

/** envoy.config.cluster.v3.Cluster.SlowStartConfig */
export type ClusterSlowStartConfig = {
  readonly slowStartWindow?: string
  readonly aggression?: RuntimeDouble
  readonly minWeightPercent?: Percent
}

/** envoy.config.cluster.v3.Cluster.TransportSocketMatch */
export type ClusterTransportSocketMatch = {
  readonly name?: string
  readonly match?: { readonly [key: string]: Json }
  readonly transportSocket?: TransportSocket
}

/** envoy.config.cluster.v3.Filter */
export type ClusterFilter = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
  readonly configDiscovery?: ExtensionConfigSource
}

/** envoy.config.cluster.v3.LoadBalancingPolicy */
export type LoadBalancingPolicy = {
  readonly policies?: readonly LoadBalancingPolicyPolicy[]
}

/** envoy.config.cluster.v3.LoadBalancingPolicy.Policy */
export type LoadBalancingPolicyPolicy = {
  readonly typedExtensionConfig?: TypedExtensionConfig
}

/** envoy.config.cluster.v3.OutlierDetection */
export type OutlierDetection = {
  readonly consecutive5xx?: number
  readonly interval?: string
  readonly baseEjectionTime?: string
  readonly maxEjectionPercent?: number
  readonly enforcingConsecutive5xx?: number
  readonly enforcingSuccessRate?: number
  readonly successRateMinimumHosts?: number
  readonly successRateRequestVolume?: number
  readonly successRateStdevFactor?: number
  readonly consecutiveGatewayFailure?: number
  readonly enforcingConsecutiveGatewayFailure?: number
  readonly splitExternalLocalOriginErrors?: boolean
  readonly consecutiveLocalOriginFailure?: number
  readonly enforcingConsecutiveLocalOriginFailure?: number
  readonly enforcingLocalOriginSuccessRate?: number
  readonly failurePercentageThreshold?: number
  readonly enforcingFailurePercentage?: number
  readonly enforcingFailurePercentageLocalOrigin?: number
  readonly failurePercentageMinimumHosts?: number
  readonly failurePercentageRequestVolume?: number
  readonly maxEjectionTime?: string
  readonly maxEjectionTimeJitter?: string
  readonly successfulActiveHealthCheckUnejectHost?: boolean
  readonly monitors?: readonly TypedExtensionConfig[]
  readonly alwaysEjectOneHost?: boolean
  readonly detectDegradedHosts?: boolean
}

/** envoy.config.cluster.v3.TrackClusterStats */
export type TrackClusterStats = {
  readonly timeoutBudgets?: boolean
  readonly requestResponseSizes?: boolean
  readonly perEndpointStats?: boolean
}

/** envoy.config.cluster.v3.UpstreamConnectionOptions */
export type UpstreamConnectionOptions = {
  readonly tcpKeepalive?: TcpKeepalive
  readonly setLocalInterfaceNameOnUpstreamConnections?: boolean
  readonly happyEyeballsConfig?: UpstreamConnectionOptionsHappyEyeballsConfig
}

/** envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig */
export type UpstreamConnectionOptionsHappyEyeballsConfig = {
  readonly firstAddressFamilyVersion?: UpstreamConnectionOptionsFirstAddressFamilyVersion
  readonly firstAddressFamilyCount?: number
}

/** envoy.config.common.matcher.v3.HttpGenericBodyMatch */
export type HttpGenericBodyMatch = {
  readonly bytesLimit?: number
  readonly patterns?: readonly HttpGenericBodyMatchGenericTextMatch[]
}

/** envoy.config.common.matcher.v3.HttpGenericBodyMatch.GenericTextMatch */
export type HttpGenericBodyMatchGenericTextMatch = {
  readonly stringMatch?: string
  readonly binaryMatch?: string
}

/** envoy.config.common.matcher.v3.HttpHeadersMatch */
export type HttpHeadersMatch = {
  readonly headers?: readonly HeaderMatcher[]
}

/** envoy.config.common.matcher.v3.MatchPredicate */
export type MatchPredicate = {
  readonly orMatch?: MatchPredicateMatchSet
  readonly andMatch?: MatchPredicateMatchSet
  readonly notMatch?: MatchPredicate
  readonly anyMatch?: boolean
  readonly httpRequestHeadersMatch?: HttpHeadersMatch
  readonly httpRequestTrailersMatch?: HttpHeadersMatch
  readonly httpResponseHeadersMatch?: HttpHeadersMatch
  readonly httpResponseTrailersMatch?: HttpHeadersMatch
  readonly httpRequestGenericBodyMatch?: HttpGenericBodyMatch
  readonly httpResponseGenericBodyMatch?: HttpGenericBodyMatch
}

/** envoy.config.common.matcher.v3.MatchPredicate.MatchSet */
export type MatchPredicateMatchSet = {
  readonly rules?: readonly MatchPredicate[]
}

/** envoy.config.common.mutation_rules.v3.HeaderMutation */
export type HeaderMutation = {
  readonly remove?: string
  readonly append?: HeaderValueOption
  readonly removeOnMatch?: HeaderMutationRemoveOnMatch
}

/** envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch */
export type HeaderMutationRemoveOnMatch = {
  readonly keyMatcher?: StringMatcher
}

/** envoy.config.core.v3.Address */
export type Address = {
  readonly socketAddress?: SocketAddress
  readonly pipe?: Pipe
  readonly envoyInternalAddress?: EnvoyInternalAddress
}

/** envoy.config.core.v3.AggregatedConfigSource */
export type AggregatedConfigSource = Record<string, never>

/** envoy.config.core.v3.AlternateProtocolsCacheOptions */
export type AlternateProtocolsCacheOptions = {
  readonly name?: string
  readonly maxEntries?: number
  readonly keyValueStoreConfig?: TypedExtensionConfig
  readonly prepopulatedEntries?: readonly AlternateProtocolsCacheOptionsAlternateProtocolsCacheEntry[]
  readonly canonicalSuffixes?: readonly string[]
}

/** envoy.config.core.v3.AlternateProtocolsCacheOptions.AlternateProtocolsCacheEntry */
export type AlternateProtocolsCacheOptionsAlternateProtocolsCacheEntry = {
  readonly hostname?: string
  readonly port?: number
}

/** envoy.config.core.v3.ApiConfigSource */
export type ApiConfigSource = {
  readonly apiType?: ApiConfigSourceApiType
  readonly clusterNames?: readonly string[]
  readonly refreshDelay?: string
  readonly grpcServices?: readonly GrpcService[]
  readonly requestTimeout?: string
  readonly rateLimitSettings?: RateLimitSettings
  readonly setNodeOnFirstMessageOnly?: boolean
  readonly transportApiVersion?: ApiVersion
  readonly configValidators?: readonly TypedExtensionConfig[]
}

/** envoy.config.core.v3.BackoffStrategy */
export type BackoffStrategy = {
  readonly baseInterval?: string
  readonly maxInterval?: string
}

/** envoy.config.core.v3.BindConfig */
export type BindConfig = {
  readonly sourceAddress?: SocketAddress
  readonly freebind?: boolean
  readonly socketOptions?: readonly SocketOption[]
  /** @deprecated */
  readonly additionalSourceAddresses?: readonly SocketAddress[]
  readonly extraSourceAddresses?: readonly ExtraSourceAddress[]
  readonly localAddressSelector?: TypedExtensionConfig
  readonly validateNetworkNamespaces?: boolean
}

/** envoy.config.core.v3.BuildVersion */
export type BuildVersion = {
  readonly version?: SemanticVersion
  readonly metadata?: { readonly [key: string]: Json }
}

/** envoy.config.core.v3.CelExpressionConfig */
export type CelExpressionConfig = {
  readonly enableStringConversion?: boolean
  readonly enableStringConcat?: boolean
  readonly enableStringFunctions?: boolean
}

/** envoy.config.core.v3.CidrRange */
export type CidrRange = {
  readonly addressPrefix?: string
  readonly prefixLen?: number
}

/** envoy.config.core.v3.ConfigSource */
export type ConfigSource = {
  /** @deprecated */
  readonly path?: string
  readonly apiConfigSource?: ApiConfigSource
  readonly ads?: AggregatedConfigSource
  readonly initialFetchTimeout?: string
  readonly self?: SelfConfigSource
  readonly resourceApiVersion?: ApiVersion
  readonly authorities?: readonly Authority[]
  readonly pathConfigSource?: PathConfigSource
}

/** envoy.config.core.v3.DataSource */
export type DataSource = {
  readonly filename?: string
  readonly inlineBytes?: string
  readonly inlineString?: string
  readonly environmentVariable?: string
  readonly watchedDirectory?: WatchedDirectory
}

/** envoy.config.core.v3.DnsResolutionConfig */
export type DnsResolutionConfig = {
  readonly resolvers?: readonly Address[]
  readonly dnsResolverOptions?: DnsResolverOptions
}

/** envoy.config.core.v3.DnsResolverOptions */
export type DnsResolverOptions = {
  readonly useTcpForDnsLookups?: boolean
  readonly noDefaultSearchDomain?: boolean
}

/** envoy.config.core.v3.EnvoyInternalAddress */
export type EnvoyInternalAddress = {
  readonly serverListenerName?: string
  readonly endpointId?: string
}

/** envoy.config.core.v3.EventServiceConfig */
export type EventServiceConfig = {
  readonly grpcService?: GrpcService
}

/** envoy.config.core.v3.Extension */
export type Extension = {
  readonly name?: string
  readonly category?: string
  /** @deprecated */
  readonly typeDescriptor?: string
  readonly version?: BuildVersion
  readonly disabled?: boolean
  readonly typeUrls?: readonly string[]
}

/** envoy.config.core.v3.ExtensionConfigSource */
export type ExtensionConfigSource = {
  readonly configSource?: ConfigSource
  readonly defaultConfig?: AnyMessage
  readonly applyDefaultConfigWithoutWarming?: boolean
  readonly typeUrls?: readonly string[]
}

/** envoy.config.core.v3.ExtraSourceAddress */
export type ExtraSourceAddress = {
  readonly address?: SocketAddress
  readonly socketOptions?: SocketOptionsOverride
}

/** envoy.config.core.v3.GrpcService */
export type GrpcService = {
  readonly envoyGrpc?: GrpcServiceEnvoyGrpc
  readonly googleGrpc?: GrpcServiceGoogleGrpc
  readonly timeout?: string
  readonly initialMetadata?: readonly HeaderValue[]
  readonly retryPolicy?: CoreRetryPolicy
}

/** envoy.config.core.v3.GrpcService.EnvoyGrpc */
export type GrpcServiceEnvoyGrpc = {
  readonly clusterName?: string
  readonly authority?: string
  readonly retryPolicy?: CoreRetryPolicy
  readonly maxReceiveMessageLength?: number
  readonly skipEnvoyHeaders?: boolean
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc */
export type GrpcServiceGoogleGrpc = {
  readonly targetUri?: string
  readonly channelCredentials?: GrpcServiceGoogleGrpcChannelCredentials
  readonly callCredentials?: readonly GrpcServiceGoogleGrpcCallCredentials[]
  readonly statPrefix?: string
  readonly credentialsFactoryName?: string
  readonly config?: { readonly [key: string]: Json }
  readonly perStreamBufferLimitBytes?: number
  readonly channelArgs?: GrpcServiceGoogleGrpcChannelArgs
  readonly channelCredentialsPlugin?: readonly AnyMessage[]
  readonly callCredentialsPlugin?: readonly AnyMessage[]
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials */
export type GrpcServiceGoogleGrpcCallCredentials = {
  readonly accessToken?: string
  readonly googleComputeEngine?: Empty
  readonly googleRefreshToken?: string
  readonly serviceAccountJwtAccess?: GrpcServiceGoogleGrpcCallCredentialsServiceAccountJWTAccessCredentials
  readonly googleIam?: GrpcServiceGoogleGrpcCallCredentialsGoogleIAMCredentials
  readonly fromPlugin?: GrpcServiceGoogleGrpcCallCredentialsMetadataCredentialsFromPlugin
  readonly stsService?: GrpcServiceGoogleGrpcCallCredentialsStsService
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.GoogleIAMCredentials */
export type GrpcServiceGoogleGrpcCallCredentialsGoogleIAMCredentials = {
  readonly authorizationToken?: string
  readonly authoritySelector?: string
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.MetadataCredentialsFromPlugin */
export type GrpcServiceGoogleGrpcCallCredentialsMetadataCredentialsFromPlugin = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.ServiceAccountJWTAccessCredentials */
export type GrpcServiceGoogleGrpcCallCredentialsServiceAccountJWTAccessCredentials = {
  readonly jsonKey?: string
  readonly tokenLifetimeSeconds?: number | string
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.CallCredentials.StsService */
export type GrpcServiceGoogleGrpcCallCredentialsStsService = {
  readonly tokenExchangeServiceUri?: string
  readonly resource?: string
  readonly audience?: string
  readonly scope?: string
  readonly requestedTokenType?: string
  readonly subjectTokenPath?: string
  readonly subjectTokenType?: string
  readonly actorTokenPath?: string
  readonly actorTokenType?: string
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs */
export type GrpcServiceGoogleGrpcChannelArgs = {
  readonly args?: { readonly [key: string]: GrpcServiceGoogleGrpcChannelArgsValue }
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelArgs.Value */
export type GrpcServiceGoogleGrpcChannelArgsValue = {
  readonly stringValue?: string
  readonly intValue?: number | string
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.ChannelCredentials */
export type GrpcServiceGoogleGrpcChannelCredentials = {
  readonly sslCredentials?: GrpcServiceGoogleGrpcSslCredentials
  readonly googleDefault?: Empty
  readonly localCredentials?: GrpcServiceGoogleGrpcGoogleLocalCredentials
}

/** envoy.config.core.v3.GrpcService.GoogleGrpc.GoogleLocalCredentials */
export type GrpcServiceGoogleGrpcGoogleLocalCredentials = Record<string, never>

/** envoy.config.core.v3.GrpcService.GoogleGrpc.SslCredentials */
export type GrpcServiceGoogleGrpcSslCredentials = {
  readonly rootCerts?: DataSource
  readonly privateKey?: DataSource
  readonly certChain?: DataSource
}

/** envoy.config.core.v3.HeaderValue */
export type HeaderValue = {
  readonly key?: string
  readonly value?: string
  readonly rawValue?: string
}

/** envoy.config.core.v3.HeaderValueOption */
export type HeaderValueOption = {
  readonly header?: HeaderValue
  /** @deprecated */
  readonly append?: boolean
  readonly appendAction?: HeaderValueOptionHeaderAppendAction
  readonly keepEmptyValue?: boolean
}

/** envoy.config.core.v3.HealthCheck */
export type HealthCheck = {
  readonly timeout?: string
  readonly interval?: string
  readonly intervalJitter?: string
  readonly unhealthyThreshold?: number
  readonly healthyThreshold?: number
  readonly altPort?: number
  readonly reuseConnection?: boolean
  readonly httpHealthCheck?: HealthCheckHttpHealthCheck
  readonly tcpHealthCheck?: HealthCheckTcpHealthCheck
  readonly grpcHealthCheck?: HealthCheckGrpcHealthCheck
  readonly noTrafficInterval?: string
  readonly customHealthCheck?: HealthCheckCustomHealthCheck
  readonly unhealthyInterval?: string
  readonly unhealthyEdgeInterval?: string
  readonly healthyEdgeInterval?: string
  /** @deprecated */
  readonly eventLogPath?: string
  readonly intervalJitterPercent?: number
  readonly alwaysLogHealthCheckFailures?: boolean
  readonly initialJitter?: string
  readonly tlsOptions?: HealthCheckTlsOptions
  readonly eventService?: EventServiceConfig
  readonly transportSocketMatchCriteria?: { readonly [key: string]: Json }
  readonly noTrafficHealthyInterval?: string
  readonly eventLogger?: readonly TypedExtensionConfig[]
  readonly alwaysLogHealthCheckSuccess?: boolean
  readonly name?: string
}

/** envoy.config.core.v3.HealthCheck.CustomHealthCheck */
export type HealthCheckCustomHealthCheck = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.core.v3.HealthCheck.GrpcHealthCheck */
export type HealthCheckGrpcHealthCheck = {
  readonly serviceName?: string
  readonly authority?: string
  readonly initialMetadata?: readonly HeaderValueOption[]
}

/** envoy.config.core.v3.HealthCheck.HttpHealthCheck */
export type HealthCheckHttpHealthCheck = {
  readonly host?: string
  readonly path?: string
  readonly send?: HealthCheckPayload
  readonly receive?: readonly HealthCheckPayload[]
  readonly requestHeadersToAdd?: readonly HeaderValueOption[]
  readonly requestHeadersToRemove?: readonly string[]
  readonly expectedStatuses?: readonly Int64Range[]
  readonly codecClientType?: CodecClientType
  readonly serviceNameMatcher?: StringMatcher
  readonly retriableStatuses?: readonly Int64Range[]
  readonly method?: RequestMethod
  readonly responseBufferSize?: number | string
  readonly useAlpnProtocol?: boolean
}

/** envoy.config.core.v3.HealthCheck.Payload */
export type HealthCheckPayload = {
  readonly text?: string
  readonly binary?: string
}

/** envoy.config.core.v3.HealthCheck.TcpHealthCheck */
export type HealthCheckTcpHealthCheck = {
  readonly send?: HealthCheckPayload
  readonly receive?: readonly HealthCheckPayload[]
  readonly proxyProtocolConfig?: ProxyProtocolConfig
}

/** envoy.config.core.v3.HealthCheck.TlsOptions */
export type HealthCheckTlsOptions = {
  readonly alpnProtocols?: readonly string[]
}

/** envoy.config.core.v3.HealthStatusSet */
export type HealthStatusSet = {
  readonly statuses?: readonly HealthStatus[]
}

/** envoy.config.core.v3.Http1ProtocolOptions */
export type Http1ProtocolOptions = {
  readonly allowAbsoluteUrl?: boolean
  readonly acceptHttp10?: boolean
  readonly defaultHostForHttp10?: string
  readonly headerKeyFormat?: Http1ProtocolOptionsHeaderKeyFormat
  readonly enableTrailers?: boolean
  readonly allowChunkedLength?: boolean
  readonly overrideStreamErrorOnInvalidHttpMessage?: boolean
  readonly sendFullyQualifiedUrl?: boolean
  /** @deprecated */
  readonly useBalsaParser?: boolean
  readonly allowCustomMethods?: boolean
  readonly ignoreHttp11Upgrade?: readonly StringMatcher[]
}

/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat */
export type Http1ProtocolOptionsHeaderKeyFormat = {
  readonly properCaseWords?: Http1ProtocolOptionsHeaderKeyFormatProperCaseWords
  readonly statefulFormatter?: TypedExtensionConfig
}

/** envoy.config.core.v3.Http1ProtocolOptions.HeaderKeyFormat.ProperCaseWords */
export type Http1ProtocolOptionsHeaderKeyFormatProperCaseWords = Record<string, never>

/** envoy.config.core.v3.Http2ProtocolOptions */
export type Http2ProtocolOptions = {
  readonly hpackTableSize?: number
  readonly maxConcurrentStreams?: number
  readonly initialStreamWindowSize?: number
  readonly initialConnectionWindowSize?: number
  readonly allowConnect?: boolean
  readonly allowMetadata?: boolean
  readonly maxOutboundFrames?: number
  readonly maxOutboundControlFrames?: number
  readonly maxConsecutiveInboundFramesWithEmptyPayload?: number
  readonly maxInboundPriorityFramesPerStream?: number
  readonly maxInboundWindowUpdateFramesPerDataFrameSent?: number
  /** @deprecated */
  readonly streamErrorOnInvalidHttpMessaging?: boolean
  readonly customSettingsParameters?: readonly Http2ProtocolOptionsSettingsParameter[]
  readonly overrideStreamErrorOnInvalidHttpMessage?: boolean
  readonly connectionKeepalive?: KeepaliveSettings
  readonly useOghttp2Codec?: boolean
  readonly maxMetadataSize?: number | string
  readonly enableHuffmanEncoding?: boolean
  readonly maxHeaderFieldSizeKb?: number
  readonly disallowObsText?: boolean
  readonly streamResetBurst?: number | string
  readonly streamResetRate?: number | string
}

/** envoy.config.core.v3.Http2ProtocolOptions.SettingsParameter */
export type Http2ProtocolOptionsSettingsParameter = {
  readonly identifier?: number
  readonly value?: number
}

/** envoy.config.core.v3.Http3ProtocolOptions */
export type Http3ProtocolOptions = {
  readonly quicProtocolOptions?: CoreQuicProtocolOptions
  readonly overrideStreamErrorOnInvalidHttpMessage?: boolean
  readonly allowExtendedConnect?: boolean
  readonly allowMetadata?: boolean
  readonly disableQpack?: boolean
  readonly disableConnectionFlowControlForStreams?: boolean
  readonly disallowObsText?: boolean
}

/** envoy.config.core.v3.HttpProtocolOptions */
export type CoreHttpProtocolOptions = {
  readonly idleTimeout?: string
  readonly maxHeadersCount?: number
  readonly maxConnectionDuration?: string
  readonly maxStreamDuration?: string
  readonly headersWithUnderscoresAction?: HttpProtocolOptionsHeadersWithUnderscoresAction
  readonly maxRequestsPerConnection?: number
  readonly maxResponseHeadersKb?: number
  readonly maxConnectionDurationJitter?: Percent
}

/** envoy.config.core.v3.HttpUri */
export type HttpUri = {
  readonly uri?: string
  readonly cluster?: string
  readonly timeout?: string
}

/** envoy.config.core.v3.JsonFormatOptions */
export type JsonFormatOptions = {
  /** @deprecated */
  readonly sortProperties?: boolean
}

/** envoy.config.core.v3.KeepaliveSettings */
export type KeepaliveSettings = {
  readonly interval?: string
  readonly timeout?: string
  readonly intervalJitter?: Percent
  readonly connectionIdleInterval?: string
}

/** envoy.config.core.v3.KeyValue */
export type KeyValue = {
  /** @deprecated */
  readonly key?: string
  /** @deprecated */
  readonly value?: string
}

/** envoy.config.core.v3.KeyValueAppend */
export type KeyValueAppend = {
  /** @deprecated */
  readonly entry?: KeyValue
  readonly action?: KeyValueAppendKeyValueAppendAction
  readonly record?: KeyValuePair
}

/** envoy.config.core.v3.KeyValueMutation */
export type KeyValueMutation = {
  readonly append?: KeyValueAppend
  readonly remove?: string
}

/** envoy.config.core.v3.KeyValuePair */
export type KeyValuePair = {
  readonly key?: string
  readonly value?: Json
}

/** envoy.config.core.v3.Locality */
export type Locality = {
  readonly region?: string
  readonly zone?: string
  readonly subZone?: string
}

/** envoy.config.core.v3.Metadata */
export type Metadata = {
  readonly filterMetadata?: { readonly [key: string]: { readonly [key: string]: Json } }
  readonly typedFilterMetadata?: { readonly [key: string]: AnyMessage }
}

/** envoy.config.core.v3.Node */
export type Node = {
  readonly id?: string
  readonly cluster?: string
  readonly metadata?: { readonly [key: string]: Json }
  readonly locality?: Locality
  readonly userAgentName?: string
  readonly userAgentVersion?: string
  readonly userAgentBuildVersion?: BuildVersion
  readonly extensions?: readonly Extension[]
  readonly clientFeatures?: readonly string[]
  /** @deprecated */
  readonly listeningAddresses?: readonly Address[]
  readonly dynamicParameters?: { readonly [key: string]: ContextParams }
}

/** envoy.config.core.v3.PathConfigSource */
export type PathConfigSource = {
  readonly path?: string
  readonly watchedDirectory?: WatchedDirectory
  readonly pollInterval?: string
}

/** envoy.config.core.v3.Pipe */
export type Pipe = {
  readonly path?: string
  readonly mode?: number
}

/** envoy.config.core.v3.ProxyProtocolConfig */
export type ProxyProtocolConfig = {
  readonly version?: ProxyProtocolConfigVersion
  readonly passThroughTlvs?: ProxyProtocolPassThroughTLVs
  readonly addedTlvs?: readonly TlvEntry[]
}

/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs */
export type ProxyProtocolPassThroughTLVs = {
  readonly matchType?: ProxyProtocolPassThroughTLVsPassTLVsMatchType
  readonly tlvType?: readonly number[]
}

/** envoy.config.core.v3.QuicKeepAliveSettings */
export type QuicKeepAliveSettings = {
  readonly maxInterval?: string
  readonly initialInterval?: string
}

/** envoy.config.core.v3.QuicProtocolOptions */
export type CoreQuicProtocolOptions = {
  readonly maxConcurrentStreams?: number
  readonly initialStreamWindowSize?: number
  readonly initialConnectionWindowSize?: number
  readonly numTimeoutsToTriggerPortMigration?: number
  readonly connectionKeepalive?: QuicKeepAliveSettings
  readonly connectionOptions?: string
  readonly clientConnectionOptions?: string
  readonly idleNetworkTimeout?: string
  readonly maxPacketLength?: number | string
  readonly clientPacketWriter?: TypedExtensionConfig
  readonly connectionMigration?: QuicProtocolOptionsConnectionMigrationSettings
  readonly memoryReductionTimeout?: string
  readonly enableScone?: boolean
}

/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings */
export type QuicProtocolOptionsConnectionMigrationSettings = {
  readonly migrateIdleConnections?: QuicProtocolOptionsConnectionMigrationSettingsMigrateIdleConnectionSettings
  readonly maxTimeOnNonDefaultNetwork?: string
}

/** envoy.config.core.v3.QuicProtocolOptions.ConnectionMigrationSettings.MigrateIdleConnectionSettings */
export type QuicProtocolOptionsConnectionMigrationSettingsMigrateIdleConnectionSettings = {
  readonly maxIdleTimeBeforeMigration?: string
}

/** envoy.config.core.v3.RateLimitSettings */
export type RateLimitSettings = {
  readonly maxTokens?: number
  readonly fillRate?: number | string
}

/** envoy.config.core.v3.RetryPolicy */
export type CoreRetryPolicy = {
  readonly retryBackOff?: BackoffStrategy
  readonly numRetries?: number
  readonly retryOn?: string
  readonly retryPriority?: CoreRetryPolicyRetryPriority
  readonly retryHostPredicate?: readonly CoreRetryPolicyRetryHostPredicate[]
  readonly hostSelectionRetryMaxAttempts?: number | string
}

/** envoy.config.core.v3.RetryPolicy.RetryHostPredicate */
export type CoreRetryPolicyRetryHostPredicate = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.core.v3.RetryPolicy.RetryPriority */
export type CoreRetryPolicyRetryPriority = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.core.v3.RuntimeDouble */
export type RuntimeDouble = {
  readonly defaultValue?: number | string
  readonly runtimeKey?: string
}

/** envoy.config.core.v3.RuntimeFeatureFlag */
export type RuntimeFeatureFlag = {
  readonly defaultValue?: boolean
  readonly runtimeKey?: string
}

/** envoy.config.core.v3.RuntimeFractionalPercent */
export type RuntimeFractionalPercent = {
  readonly defaultValue?: FractionalPercent
  readonly runtimeKey?: string
}

/** envoy.config.core.v3.RuntimeUInt32 */
export type RuntimeUInt32 = {
  readonly defaultValue?: number
  readonly runtimeKey?: string
}

/** envoy.config.core.v3.SchemeHeaderTransformation */
export type SchemeHeaderTransformation = {
  readonly schemeToOverwrite?: string
  readonly matchUpstream?: boolean
}

/** envoy.config.core.v3.SelfConfigSource */
export type SelfConfigSource = {
  readonly transportApiVersion?: ApiVersion
}

/** envoy.config.core.v3.SocketAddress */
export type SocketAddress = {
  readonly protocol?: SocketAddressProtocol
  readonly address?: string
  readonly portValue?: number
  readonly namedPort?: string
  readonly resolverName?: string
  readonly ipv4Compat?: boolean
  readonly networkNamespaceFilepath?: string
}

/** envoy.config.core.v3.SocketCmsgHeaders */
export type SocketCmsgHeaders = {
  readonly level?: number
  readonly type?: number
  readonly expectedSize?: number
}

/** envoy.config.core.v3.SocketOption */
export type SocketOption = {
  readonly description?: string
  readonly level?: number | string
  readonly name?: number | string
  readonly intValue?: number | string
  readonly bufValue?: string
  readonly state?: SocketOptionSocketState
  readonly type?: SocketOptionSocketType
  readonly ipVersion?: SocketOptionSocketIpVersion
}

/** envoy.config.core.v3.SocketOption.SocketType */
export type SocketOptionSocketType = {
  readonly stream?: SocketOptionSocketTypeStream
  readonly datagram?: SocketOptionSocketTypeDatagram
}

/** envoy.config.core.v3.SocketOption.SocketType.Datagram */
export type SocketOptionSocketTypeDatagram = Record<string, never>

/** envoy.config.core.v3.SocketOption.SocketType.Stream */
export type SocketOptionSocketTypeStream = Record<string, never>

/** envoy.config.core.v3.SocketOptionsOverride */
export type SocketOptionsOverride = {
  readonly socketOptions?: readonly SocketOption[]
}

/** envoy.config.core.v3.SubstitutionFormatString */
export type SubstitutionFormatString = {
  /** @deprecated */
  readonly textFormat?: string
  readonly jsonFormat?: { readonly [key: string]: Json }
  readonly omitEmptyValues?: boolean
  readonly contentType?: string
  readonly textFormatSource?: DataSource
  readonly formatters?: readonly TypedExtensionConfig[]
  readonly jsonFormatOptions?: JsonFormatOptions
}

/** envoy.config.core.v3.TcpKeepalive */
export type TcpKeepalive = {
  readonly keepaliveProbes?: number
  readonly keepaliveTime?: number
  readonly keepaliveInterval?: number
}

/** envoy.config.core.v3.TlvEntry */
export type TlvEntry = {
  readonly type?: number
  readonly value?: string
  readonly formatString?: SubstitutionFormatString
}

/** envoy.config.core.v3.TransportSocket */
export type TransportSocket = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.core.v3.TypedExtensionConfig */
export type TypedExtensionConfig = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.core.v3.UdpSocketConfig */
export type UdpSocketConfig = {
  readonly maxRxDatagramSize?: number | string
  readonly preferGro?: boolean
}

/** envoy.config.core.v3.UpstreamHttpProtocolOptions */
export type UpstreamHttpProtocolOptions = {
  readonly autoSni?: boolean
  readonly autoSanValidation?: boolean
  readonly overrideAutoSniHeader?: string
}

/** envoy.config.core.v3.WatchedDirectory */
export type WatchedDirectory = {
  readonly path?: string
  readonly watchModify?: boolean
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment */
export type ClusterLoadAssignment = {
  readonly clusterName?: string
  readonly endpoints?: readonly LocalityLbEndpoints[]
  readonly policy?: ClusterLoadAssignmentPolicy
  readonly namedEndpoints?: { readonly [key: string]: Endpoint }
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy */
export type ClusterLoadAssignmentPolicy = {
  readonly dropOverloads?: readonly ClusterLoadAssignmentPolicyDropOverload[]
  readonly overprovisioningFactor?: number
  readonly endpointStaleAfter?: string
  readonly weightedPriorityHealth?: boolean
}

/** envoy.config.endpoint.v3.ClusterLoadAssignment.Policy.DropOverload */
export type ClusterLoadAssignmentPolicyDropOverload = {
  readonly category?: string
  readonly dropPercentage?: FractionalPercent
}

/** envoy.config.endpoint.v3.Endpoint */
export type Endpoint = {
  readonly address?: Address
  readonly healthCheckConfig?: EndpointHealthCheckConfig
  readonly hostname?: string
  readonly additionalAddresses?: readonly EndpointAdditionalAddress[]
  readonly observabilityName?: string
}

/** envoy.config.endpoint.v3.Endpoint.AdditionalAddress */
export type EndpointAdditionalAddress = {
  readonly address?: Address
}

/** envoy.config.endpoint.v3.Endpoint.HealthCheckConfig */
export type EndpointHealthCheckConfig = {
  readonly portValue?: number
  readonly hostname?: string
  readonly address?: Address
  readonly disableActiveHealthCheck?: boolean
}

/** envoy.config.endpoint.v3.LbEndpoint */
export type LbEndpoint = {
  readonly endpoint?: Endpoint
  readonly healthStatus?: HealthStatus
  readonly metadata?: Metadata
  readonly loadBalancingWeight?: number
  readonly endpointName?: string
}

/** envoy.config.endpoint.v3.LedsClusterLocalityConfig */
export type LedsClusterLocalityConfig = {
  readonly ledsConfig?: ConfigSource
  readonly ledsCollectionName?: string
}

/** envoy.config.endpoint.v3.LocalityLbEndpoints */
export type LocalityLbEndpoints = {
  readonly locality?: Locality
  readonly lbEndpoints?: readonly LbEndpoint[]
  readonly loadBalancingWeight?: number
  readonly priority?: number
  readonly proximity?: number
  /** @deprecated */
  readonly loadBalancerEndpoints?: LocalityLbEndpointsLbEndpointList
  readonly ledsClusterLocalityConfig?: LedsClusterLocalityConfig
  readonly metadata?: Metadata
}

/** envoy.config.endpoint.v3.LocalityLbEndpoints.LbEndpointList */
export type LocalityLbEndpointsLbEndpointList = {
  readonly lbEndpoints?: readonly LbEndpoint[]
}

/** envoy.config.listener.v3.AdditionalAddress */
export type AdditionalAddress = {
  readonly address?: Address
  readonly socketOptions?: SocketOptionsOverride
  readonly tcpKeepalive?: TcpKeepalive
}

/** envoy.config.listener.v3.ApiListener */
export type ApiListener = {
  readonly apiListener?: AnyMessage
}

/** envoy.config.listener.v3.Filter */
export type ConfigListenerFilter = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
  readonly configDiscovery?: ExtensionConfigSource
}

/** envoy.config.listener.v3.FilterChain */
export type FilterChain = {
  readonly filterChainMatch?: FilterChainMatch
  readonly filters?: readonly ConfigListenerFilter[]
  /** @deprecated */
  readonly useProxyProto?: boolean
  readonly metadata?: Metadata
  readonly transportSocket?: TransportSocket
  readonly name?: string
  readonly transportSocketConnectTimeout?: string
}

/** envoy.config.listener.v3.FilterChainMatch */
export type FilterChainMatch = {
  readonly prefixRanges?: readonly CidrRange[]
  readonly addressSuffix?: string
  readonly suffixLen?: number
  readonly sourcePrefixRanges?: readonly CidrRange[]
  readonly sourcePorts?: readonly number[]
  readonly destinationPort?: number
  readonly transportProtocol?: string
  readonly applicationProtocols?: readonly string[]
  readonly serverNames?: readonly string[]
  readonly sourceType?: FilterChainMatchConnectionSourceType
  readonly directSourcePrefixRanges?: readonly CidrRange[]
}

/** envoy.config.listener.v3.Listener */
export type Listener = {
  readonly name?: string
  readonly address?: Address
  readonly filterChains?: readonly FilterChain[]
  readonly useOriginalDst?: boolean
  readonly perConnectionBufferLimitBytes?: number
  readonly metadata?: Metadata
  /** @deprecated */
  readonly deprecatedV1?: ListenerDeprecatedV1
  readonly drainType?: ListenerDrainType
  readonly listenerFilters?: readonly ListenerFilter[]
  readonly transparent?: boolean
  readonly freebind?: boolean
  readonly tcpFastOpenQueueLength?: number
  readonly socketOptions?: readonly SocketOption[]
  readonly listenerFiltersTimeout?: string
  readonly trafficDirection?: TrafficDirection
  readonly continueOnListenerFiltersTimeout?: boolean
  readonly udpListenerConfig?: UdpListenerConfig
  readonly apiListener?: ApiListener
  readonly connectionBalanceConfig?: ListenerConnectionBalanceConfig
  /** @deprecated */
  readonly reusePort?: boolean
  readonly accessLog?: readonly AccessLog[]
  readonly tcpBacklogSize?: number
  readonly defaultFilterChain?: FilterChain
  readonly bindToPort?: boolean
  readonly internalListener?: ListenerInternalListenerConfig
  readonly statPrefix?: string
  readonly enableReusePort?: boolean
  readonly enableMptcp?: boolean
  readonly ignoreGlobalConnLimit?: boolean
  readonly filterChainMatcher?: Matcher
  readonly additionalAddresses?: readonly AdditionalAddress[]
  readonly maxConnectionsToAcceptPerSocketEvent?: number
  readonly bypassOverloadManager?: boolean
  readonly fcdsConfig?: ListenerFcdsConfig
  readonly tcpKeepalive?: TcpKeepalive
  readonly perConnectionBufferHighWatermarkTimeout?: string
  readonly statsMatcher?: StatsMatcher
}

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig */
export type ListenerConnectionBalanceConfig = {
  readonly exactBalance?: ListenerConnectionBalanceConfigExactBalance
  readonly extendBalance?: TypedExtensionConfig
  readonly cpuLocalityBalance?: ListenerConnectionBalanceConfigCpuLocalityBalance
}

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.CpuLocalityBalance */
export type ListenerConnectionBalanceConfigCpuLocalityBalance = Record<string, never>

/** envoy.config.listener.v3.Listener.ConnectionBalanceConfig.ExactBalance */
export type ListenerConnectionBalanceConfigExactBalance = Record<string, never>

/** envoy.config.listener.v3.Listener.DeprecatedV1 */
export type ListenerDeprecatedV1 = {
  readonly bindToPort?: boolean
}

/** envoy.config.listener.v3.Listener.FcdsConfig */
export type ListenerFcdsConfig = {
  readonly name?: string
  readonly configSource?: ConfigSource
}

/** envoy.config.listener.v3.Listener.InternalListenerConfig */
export type ListenerInternalListenerConfig = Record<string, never>

/** envoy.config.listener.v3.ListenerFilter */
export type ListenerFilter = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
  readonly filterDisabled?: ListenerFilterChainMatchPredicate
  readonly configDiscovery?: ExtensionConfigSource
}

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate */
export type ListenerFilterChainMatchPredicate = {
  readonly orMatch?: ListenerFilterChainMatchPredicateMatchSet
  readonly andMatch?: ListenerFilterChainMatchPredicateMatchSet
  readonly notMatch?: ListenerFilterChainMatchPredicate
  readonly anyMatch?: boolean
  readonly destinationPortRange?: Int32Range
}

/** envoy.config.listener.v3.ListenerFilterChainMatchPredicate.MatchSet */
export type ListenerFilterChainMatchPredicateMatchSet = {
  readonly rules?: readonly ListenerFilterChainMatchPredicate[]
}

/** envoy.config.listener.v3.QuicProtocolOptions */
export type ListenerQuicProtocolOptions = {
  readonly quicProtocolOptions?: CoreQuicProtocolOptions
  readonly idleTimeout?: string
  readonly cryptoHandshakeTimeout?: string
  readonly enabled?: RuntimeFeatureFlag
  readonly packetsToReadToConnectionCountRatio?: number
  readonly cryptoStreamConfig?: TypedExtensionConfig
  readonly proofSourceConfig?: TypedExtensionConfig
  readonly connectionIdGeneratorConfig?: TypedExtensionConfig
  readonly serverPreferredAddressConfig?: TypedExtensionConfig
  readonly sendDisableActiveMigration?: boolean
  readonly connectionDebugVisitorConfig?: TypedExtensionConfig
  readonly saveCmsgConfig?: readonly SocketCmsgHeaders[]
  readonly rejectNewConnections?: boolean
  readonly maxSessionsPerEventLoop?: number
}

/** envoy.config.listener.v3.UdpListenerConfig */
export type UdpListenerConfig = {
  readonly downstreamSocketConfig?: UdpSocketConfig
  readonly quicOptions?: ListenerQuicProtocolOptions
  readonly udpPacketPacketWriterConfig?: TypedExtensionConfig
}

/** envoy.config.metrics.v3.HistogramBucketSettings */
export type HistogramBucketSettings = {
  readonly match?: StringMatcher
  readonly buckets?: readonly (number | string)[]
  readonly bins?: number
}

/** envoy.config.metrics.v3.StatsConfig */
export type StatsConfig = {
  readonly statsTags?: readonly TagSpecifier[]
  readonly useAllDefaultTags?: boolean
  readonly statsMatcher?: StatsMatcher
  readonly histogramBucketSettings?: readonly HistogramBucketSettings[]
  readonly allowDefaultTagOverrides?: boolean
}

/** envoy.config.metrics.v3.StatsMatcher */
export type StatsMatcher = {
  readonly rejectAll?: boolean
  readonly exclusionList?: ListStringMatcher
  readonly inclusionList?: ListStringMatcher
}

/** envoy.config.metrics.v3.StatsSink */
export type StatsSink = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.metrics.v3.TagSpecifier */
export type TagSpecifier = {
  readonly tagName?: string
  readonly regex?: string
  readonly fixedValue?: string
}

/** envoy.config.overload.v3.BufferFactoryConfig */
export type BufferFactoryConfig = {
  readonly minimumAccountToTrackPowerOfTwo?: number
}

/** envoy.config.overload.v3.LoadShedPoint */
export type LoadShedPoint = {
  readonly name?: string
  readonly triggers?: readonly Trigger[]
}

/** envoy.config.overload.v3.OverloadAction */
export type OverloadAction = {
  readonly name?: string
  readonly triggers?: readonly Trigger[]
  readonly typedConfig?: AnyMessage
}

/** envoy.config.overload.v3.OverloadManager */
export type OverloadManager = {
  readonly refreshInterval?: string
  readonly resourceMonitors?: readonly ResourceMonitor[]
  readonly actions?: readonly OverloadAction[]
  readonly bufferFactoryConfig?: BufferFactoryConfig
  readonly loadshedPoints?: readonly LoadShedPoint[]
}

/** envoy.config.overload.v3.ResourceMonitor */
export type ResourceMonitor = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.overload.v3.ScaledTrigger */
export type ScaledTrigger = {
  readonly scalingThreshold?: number | string
  readonly saturationThreshold?: number | string
}

/** envoy.config.overload.v3.ThresholdTrigger */
export type ThresholdTrigger = {
  readonly value?: number | string
}

/** envoy.config.overload.v3.Trigger */
export type Trigger = {
  readonly name?: string
  readonly threshold?: ThresholdTrigger
  readonly scaled?: ScaledTrigger
}

/** envoy.config.rbac.v3.Permission */
export type Permission = {
  readonly andRules?: PermissionSet
  readonly orRules?: PermissionSet
  readonly any?: boolean
  readonly header?: HeaderMatcher
  readonly destinationIp?: CidrRange
  readonly destinationPort?: number
  /** @deprecated */
  readonly metadata?: MetadataMatcher
  readonly notRule?: Permission
  readonly requestedServerName?: StringMatcher
  readonly urlPath?: PathMatcher
  readonly destinationPortRange?: Int32Range
  readonly matcher?: TypedExtensionConfig
  readonly uriTemplate?: TypedExtensionConfig
  readonly sourcedMetadata?: SourcedMetadata
}

/** envoy.config.rbac.v3.Permission.Set */
export type PermissionSet = {
  readonly rules?: readonly Permission[]
}

/** envoy.config.rbac.v3.Policy */
export type Policy = {
  readonly permissions?: readonly Permission[]
  readonly principals?: readonly Principal[]
  readonly condition?: Expr
  readonly checkedCondition?: CheckedExpr
  readonly celConfig?: CelExpressionConfig
}

/** envoy.config.rbac.v3.Principal */
export type Principal = {
  readonly andIds?: PrincipalSet
  readonly orIds?: PrincipalSet
  readonly any?: boolean
  readonly authenticated?: PrincipalAuthenticated
  /** @deprecated */
  readonly sourceIp?: CidrRange
  readonly header?: HeaderMatcher
  /** @deprecated */
  readonly metadata?: MetadataMatcher
  readonly notId?: Principal
  readonly urlPath?: PathMatcher
  readonly directRemoteIp?: CidrRange
  readonly remoteIp?: CidrRange
  readonly filterState?: FilterStateMatcher
  readonly sourcedMetadata?: SourcedMetadata
  readonly custom?: TypedExtensionConfig
}

/** envoy.config.rbac.v3.Principal.Authenticated */
export type PrincipalAuthenticated = {
  readonly principalName?: StringMatcher
}

/** envoy.config.rbac.v3.Principal.Set */
export type PrincipalSet = {
  readonly ids?: readonly Principal[]
}

/** envoy.config.rbac.v3.RBAC */
export type RbacRBAC = {
  readonly action?: RBACAction
  readonly policies?: { readonly [key: string]: Policy }
  readonly auditLoggingOptions?: RBACAuditLoggingOptions
}

/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions */
export type RBACAuditLoggingOptions = {
  readonly auditCondition?: RBACAuditLoggingOptionsAuditCondition
  readonly loggerConfigs?: readonly RBACAuditLoggingOptionsAuditLoggerConfig[]
}

/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditLoggerConfig */
export type RBACAuditLoggingOptionsAuditLoggerConfig = {
  readonly auditLogger?: TypedExtensionConfig
  readonly isOptional?: boolean
}

/** envoy.config.rbac.v3.SourcedMetadata */
export type SourcedMetadata = {
  readonly metadataMatcher?: MetadataMatcher
  readonly metadataSource?: MetadataSource
}

/** envoy.config.route.v3.ClusterSpecifierPlugin */
export type ClusterSpecifierPlugin = {
  readonly extension?: TypedExtensionConfig
  readonly isOptional?: boolean
}

/** envoy.config.route.v3.CookieMatcher */
export type CookieMatcher = {
  readonly name?: string
  readonly stringMatch?: StringMatcher
  readonly invertMatch?: boolean
}

/** envoy.config.route.v3.CorsPolicy */
export type RouteCorsPolicy = {
  readonly allowMethods?: string
  readonly allowHeaders?: string
  readonly exposeHeaders?: string
  readonly maxAge?: string
  readonly allowCredentials?: boolean
  readonly filterEnabled?: RuntimeFractionalPercent
  readonly shadowEnabled?: RuntimeFractionalPercent
  readonly allowOriginStringMatch?: readonly StringMatcher[]
  readonly allowPrivateNetworkAccess?: boolean
  readonly forwardNotMatchingPreflights?: boolean
}

/** envoy.config.route.v3.Decorator */
export type Decorator = {
  readonly operation?: string
  readonly propagate?: boolean
}

/** envoy.config.route.v3.DirectResponseAction */
export type DirectResponseAction = {
  readonly status?: number
  readonly body?: DataSource
  readonly bodyFormat?: SubstitutionFormatString
}

/** envoy.config.route.v3.FilterAction */
export type FilterAction = {
  readonly action?: AnyMessage
}

/** envoy.config.route.v3.HeaderMatcher */
export type HeaderMatcher = {
  readonly name?: string
  /** @deprecated */
  readonly exactMatch?: string
  readonly rangeMatch?: Int64Range
  readonly presentMatch?: boolean
  readonly invertMatch?: boolean
  /** @deprecated */
  readonly prefixMatch?: string
  /** @deprecated */
  readonly suffixMatch?: string
  /** @deprecated */
  readonly safeRegexMatch?: RegexMatcher
  /** @deprecated */
  readonly containsMatch?: string
  readonly stringMatch?: StringMatcher
  readonly treatMissingHeaderAsEmpty?: boolean
}

/** envoy.config.route.v3.HedgePolicy */
export type HedgePolicy = {
  readonly initialRequests?: number
  readonly additionalRequestChance?: FractionalPercent
  readonly hedgeOnPerTryTimeout?: boolean
}

/** envoy.config.route.v3.InternalRedirectPolicy */
export type InternalRedirectPolicy = {
  readonly maxInternalRedirects?: number
  readonly redirectResponseCodes?: readonly number[]
  readonly predicates?: readonly TypedExtensionConfig[]
  readonly allowCrossSchemeRedirect?: boolean
  readonly responseHeadersToCopy?: readonly string[]
}

/** envoy.config.route.v3.NonForwardingAction */
export type NonForwardingAction = Record<string, never>

/** envoy.config.route.v3.QueryParameterMatcher */
export type QueryParameterMatcher = {
  readonly name?: string
  readonly stringMatch?: StringMatcher
  readonly presentMatch?: boolean
}

/** envoy.config.route.v3.RateLimit */
export type RateLimit = {
  readonly stage?: number
  readonly disableKey?: string
  readonly actions?: readonly RateLimitAction[]
  readonly limit?: RateLimitOverride
  readonly hitsAddend?: RateLimitHitsAddend
  readonly applyOnStreamDone?: boolean
  readonly xRatelimitOption?: RateLimitXRateLimitOption
}

/** envoy.config.route.v3.RateLimit.Action */
export type RateLimitAction = {
  readonly sourceCluster?: RateLimitActionSourceCluster
  readonly destinationCluster?: RateLimitActionDestinationCluster
  readonly requestHeaders?: RateLimitActionRequestHeaders
  readonly remoteAddress?: RateLimitActionRemoteAddress
  readonly genericKey?: RateLimitActionGenericKey
  readonly headerValueMatch?: RateLimitActionHeaderValueMatch
  /** @deprecated */
  readonly dynamicMetadata?: RateLimitActionDynamicMetaData
  readonly metadata?: RateLimitActionMetaData
  readonly extension?: TypedExtensionConfig
  readonly maskedRemoteAddress?: RateLimitActionMaskedRemoteAddress
  readonly queryParameterValueMatch?: RateLimitActionQueryParameterValueMatch
  readonly queryParameters?: RateLimitActionQueryParameters
  readonly remoteAddressMatch?: RateLimitActionRemoteAddressMatch
}

/** envoy.config.route.v3.RateLimit.Action.DestinationCluster */
export type RateLimitActionDestinationCluster = Record<string, never>

/** envoy.config.route.v3.RateLimit.Action.DynamicMetaData */
export type RateLimitActionDynamicMetaData = {
  readonly descriptorKey?: string
  readonly metadataKey?: MetadataKey
  readonly defaultValue?: string
}

/** envoy.config.route.v3.RateLimit.Action.GenericKey */
export type RateLimitActionGenericKey = {
  readonly descriptorValue?: string
  readonly descriptorKey?: string
  readonly defaultValue?: string
}

/** envoy.config.route.v3.RateLimit.Action.HeaderValueMatch */
export type RateLimitActionHeaderValueMatch = {
  readonly descriptorValue?: string
  readonly expectMatch?: boolean
  readonly headers?: readonly HeaderMatcher[]
  readonly descriptorKey?: string
  readonly defaultValue?: string
}

/** envoy.config.route.v3.RateLimit.Action.MaskedRemoteAddress */
export type RateLimitActionMaskedRemoteAddress = {
  readonly v4PrefixMaskLen?: number
  readonly v6PrefixMaskLen?: number
}

/** envoy.config.route.v3.RateLimit.Action.MetaData */
export type RateLimitActionMetaData = {
  readonly descriptorKey?: string
  readonly metadataKey?: MetadataKey
  readonly defaultValue?: string
  readonly source?: RateLimitActionMetaDataSource
  readonly skipIfAbsent?: boolean
}

/** envoy.config.route.v3.RateLimit.Action.QueryParameterValueMatch */
export type RateLimitActionQueryParameterValueMatch = {
  readonly descriptorValue?: string
  readonly expectMatch?: boolean
  readonly queryParameters?: readonly QueryParameterMatcher[]
  readonly descriptorKey?: string
  readonly defaultValue?: string
}

/** envoy.config.route.v3.RateLimit.Action.QueryParameters */
export type RateLimitActionQueryParameters = {
  readonly queryParameterName?: string
  readonly descriptorKey?: string
  readonly skipIfAbsent?: boolean
}

/** envoy.config.route.v3.RateLimit.Action.RemoteAddress */
export type RateLimitActionRemoteAddress = Record<string, never>

/** envoy.config.route.v3.RateLimit.Action.RemoteAddressMatch */
export type RateLimitActionRemoteAddressMatch = {
  readonly descriptorValue?: string
  readonly descriptorKey?: string
  readonly defaultValue?: string
  readonly addressMatcher?: AddressMatcher
}

/** envoy.config.route.v3.RateLimit.Action.RequestHeaders */
export type RateLimitActionRequestHeaders = {
  readonly headerName?: string
  readonly descriptorKey?: string
  readonly skipIfAbsent?: boolean
}

/** envoy.config.route.v3.RateLimit.Action.SourceCluster */
export type RateLimitActionSourceCluster = Record<string, never>

/** envoy.config.route.v3.RateLimit.HitsAddend */
export type RateLimitHitsAddend = {
  readonly number?: number | string
  readonly format?: string
  readonly isNegativeHits?: boolean
}

/** envoy.config.route.v3.RateLimit.Override */
export type RateLimitOverride = {
  readonly dynamicMetadata?: RateLimitOverrideDynamicMetadata
  readonly rateLimit?: RateLimitOverrideRateLimitOverride
}

/** envoy.config.route.v3.RateLimit.Override.DynamicMetadata */
export type RateLimitOverrideDynamicMetadata = {
  readonly metadataKey?: MetadataKey
}

/** envoy.config.route.v3.RateLimit.Override.RateLimitOverride */
export type RateLimitOverrideRateLimitOverride = {
  readonly requestsPerUnit?: number
  readonly unit?: RateLimitUnit
}

/** envoy.config.route.v3.RedirectAction */
export type RedirectAction = {
  readonly hostRedirect?: string
  readonly pathRedirect?: string
  readonly responseCode?: RedirectActionRedirectResponseCode
  readonly httpsRedirect?: boolean
  readonly prefixRewrite?: string
  readonly stripQuery?: boolean
  readonly schemeRedirect?: string
  readonly portRedirect?: number
  readonly regexRewrite?: RegexMatchAndSubstitute
  readonly pathRewrite?: string
}

/** envoy.config.route.v3.RetryPolicy */
export type RouteRetryPolicy = {
  readonly retryOn?: string
  readonly numRetries?: number
  readonly perTryTimeout?: string
  readonly retryPriority?: RouteRetryPolicyRetryPriority
  readonly retryHostPredicate?: readonly RouteRetryPolicyRetryHostPredicate[]
  readonly hostSelectionRetryMaxAttempts?: number | string
  readonly retriableStatusCodes?: readonly number[]
  readonly retryBackOff?: RetryPolicyRetryBackOff
  readonly retriableHeaders?: readonly HeaderMatcher[]
  readonly retriableRequestHeaders?: readonly HeaderMatcher[]
  readonly rateLimitedRetryBackOff?: RetryPolicyRateLimitedRetryBackOff
  readonly retryOptionsPredicates?: readonly TypedExtensionConfig[]
  readonly perTryIdleTimeout?: string
  readonly refreshClusterOnRetry?: boolean
}

/** envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff */
export type RetryPolicyRateLimitedRetryBackOff = {
  readonly resetHeaders?: readonly RetryPolicyResetHeader[]
  readonly maxInterval?: string
}

/** envoy.config.route.v3.RetryPolicy.ResetHeader */
export type RetryPolicyResetHeader = {
  readonly name?: string
  readonly format?: RetryPolicyResetHeaderFormat
}

/** envoy.config.route.v3.RetryPolicy.RetryBackOff */
export type RetryPolicyRetryBackOff = {
  readonly baseInterval?: string
  readonly maxInterval?: string
}

/** envoy.config.route.v3.RetryPolicy.RetryHostPredicate */
export type RouteRetryPolicyRetryHostPredicate = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.route.v3.RetryPolicy.RetryPriority */
export type RouteRetryPolicyRetryPriority = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.config.route.v3.Route */
export type Route = {
  readonly match?: RouteMatch
  readonly route?: RouteAction
  readonly redirect?: RedirectAction
  readonly metadata?: Metadata
  readonly decorator?: Decorator
  readonly directResponse?: DirectResponseAction
  readonly requestHeadersToAdd?: readonly HeaderValueOption[]
  readonly responseHeadersToAdd?: readonly HeaderValueOption[]
  readonly responseHeadersToRemove?: readonly string[]
  readonly requestHeadersToRemove?: readonly string[]
  readonly typedPerFilterConfig?: { readonly [key: string]: AnyMessage }
  readonly name?: string
  readonly tracing?: RouteTracing
  /** @deprecated */
  readonly perRequestBufferLimitBytes?: number
  readonly filterAction?: FilterAction
  readonly nonForwardingAction?: NonForwardingAction
  readonly statPrefix?: string
  readonly requestBodyBufferLimit?: number | string
  readonly routeSpecifiers?: readonly TypedExtensionConfig[]
}

/** envoy.config.route.v3.RouteAction */
export type RouteAction = {
  readonly cluster?: string
  readonly clusterHeader?: string
  readonly weightedClusters?: WeightedCluster
  readonly metadataMatch?: Metadata
  readonly prefixRewrite?: string
  readonly hostRewriteLiteral?: string
  readonly autoHostRewrite?: boolean
  readonly timeout?: string
  readonly retryPolicy?: RouteRetryPolicy
  readonly priority?: RoutingPriority
  readonly rateLimits?: readonly RateLimit[]
  /** @deprecated */
  readonly includeVhRateLimits?: boolean
  readonly hashPolicy?: readonly RouteActionHashPolicy[]
  /** @deprecated */
  readonly cors?: RouteCorsPolicy
  readonly clusterNotFoundResponseCode?: RouteActionClusterNotFoundResponseCode
  /** @deprecated */
  readonly maxGrpcTimeout?: string
  readonly idleTimeout?: string
  readonly upgradeConfigs?: readonly RouteActionUpgradeConfig[]
  /** @deprecated */
  readonly internalRedirectAction?: RouteActionInternalRedirectAction
  readonly hedgePolicy?: HedgePolicy
  /** @deprecated */
  readonly grpcTimeoutOffset?: string
  readonly hostRewriteHeader?: string
  readonly requestMirrorPolicies?: readonly RouteActionRequestMirrorPolicy[]
  /** @deprecated */
  readonly maxInternalRedirects?: number
  readonly regexRewrite?: RegexMatchAndSubstitute
  readonly retryPolicyTypedConfig?: AnyMessage
  readonly internalRedirectPolicy?: InternalRedirectPolicy
  readonly hostRewritePathRegex?: RegexMatchAndSubstitute
  readonly maxStreamDuration?: RouteActionMaxStreamDuration
  readonly clusterSpecifierPlugin?: string
  readonly appendXForwardedHost?: boolean
  readonly inlineClusterSpecifierPlugin?: ClusterSpecifierPlugin
  readonly earlyDataPolicy?: TypedExtensionConfig
  readonly pathRewritePolicy?: TypedExtensionConfig
  readonly flushTimeout?: string
  readonly hostRewrite?: string
  readonly pathRewrite?: string
}

/** envoy.config.route.v3.RouteAction.HashPolicy */
export type RouteActionHashPolicy = {
  readonly header?: RouteActionHashPolicyHeader
  readonly cookie?: RouteActionHashPolicyCookie
  readonly connectionProperties?: RouteActionHashPolicyConnectionProperties
  readonly terminal?: boolean
  readonly queryParameter?: RouteActionHashPolicyQueryParameter
  readonly filterState?: RouteActionHashPolicyFilterState
}

/** envoy.config.route.v3.RouteAction.HashPolicy.ConnectionProperties */
export type RouteActionHashPolicyConnectionProperties = {
  readonly sourceIp?: boolean
}

/** envoy.config.route.v3.RouteAction.HashPolicy.Cookie */
export type RouteActionHashPolicyCookie = {
  readonly name?: string
  readonly ttl?: string
  readonly path?: string
  readonly attributes?: readonly RouteActionHashPolicyCookieAttribute[]
}

/** envoy.config.route.v3.RouteAction.HashPolicy.CookieAttribute */
export type RouteActionHashPolicyCookieAttribute = {
  readonly name?: string
  readonly value?: string
}

/** envoy.config.route.v3.RouteAction.HashPolicy.FilterState */
export type RouteActionHashPolicyFilterState = {
  readonly key?: string
}

/** envoy.config.route.v3.RouteAction.HashPolicy.Header */
export type RouteActionHashPolicyHeader = {
  readonly headerName?: string
  readonly regexRewrite?: RegexMatchAndSubstitute
}

/** envoy.config.route.v3.RouteAction.HashPolicy.QueryParameter */
export type RouteActionHashPolicyQueryParameter = {
  readonly name?: string
}

/** envoy.config.route.v3.RouteAction.MaxStreamDuration */
export type RouteActionMaxStreamDuration = {
  readonly maxStreamDuration?: string
  readonly grpcTimeoutHeaderMax?: string
  readonly grpcTimeoutHeaderOffset?: string
}

/** envoy.config.route.v3.RouteAction.RequestMirrorPolicy */
export type RouteActionRequestMirrorPolicy = {
  readonly cluster?: string
  readonly runtimeFraction?: RuntimeFractionalPercent
  readonly traceSampled?: boolean
  readonly clusterHeader?: string
  readonly disableShadowHostSuffixAppend?: boolean
  readonly requestHeadersMutations?: readonly HeaderMutation[]
  readonly hostRewriteLiteral?: string
}

/** envoy.config.route.v3.RouteAction.UpgradeConfig */
export type RouteActionUpgradeConfig = {
  readonly upgradeType?: string
  readonly enabled?: boolean
  readonly connectConfig?: RouteActionUpgradeConfigConnectConfig
}

/** envoy.config.route.v3.RouteAction.UpgradeConfig.ConnectConfig */
export type RouteActionUpgradeConfigConnectConfig = {
  readonly proxyProtocolConfig?: ProxyProtocolConfig
  readonly allowPost?: boolean
}

/** envoy.config.route.v3.RouteConfiguration */
export type RouteConfiguration = {
  readonly name?: string
  readonly virtualHosts?: readonly VirtualHost[]
  readonly internalOnlyHeaders?: readonly string[]
  readonly responseHeadersToAdd?: readonly HeaderValueOption[]
  readonly responseHeadersToRemove?: readonly string[]
  readonly requestHeadersToAdd?: readonly HeaderValueOption[]
  readonly validateClusters?: boolean
  readonly requestHeadersToRemove?: readonly string[]
  readonly vhds?: Vhds
  readonly mostSpecificHeaderMutationsWins?: boolean
  readonly maxDirectResponseBodySizeBytes?: number
  readonly clusterSpecifierPlugins?: readonly ClusterSpecifierPlugin[]
  readonly requestMirrorPolicies?: readonly RouteActionRequestMirrorPolicy[]
  readonly ignorePortInHostMatching?: boolean
  readonly ignorePathParametersInPathMatching?: boolean
  readonly typedPerFilterConfig?: { readonly [key: string]: AnyMessage }
  readonly metadata?: Metadata
  readonly vhostHeader?: string
  readonly routeSpecifiers?: readonly TypedExtensionConfig[]
}

/** envoy.config.route.v3.RouteMatch */
export type RouteMatch = {
  readonly prefix?: string
  readonly path?: string
  readonly caseSensitive?: boolean
  readonly headers?: readonly HeaderMatcher[]
  readonly queryParameters?: readonly QueryParameterMatcher[]
  readonly grpc?: RouteMatchGrpcRouteMatchOptions
  readonly runtimeFraction?: RuntimeFractionalPercent
  readonly safeRegex?: RegexMatcher
  readonly tlsContext?: RouteMatchTlsContextMatchOptions
  readonly connectMatcher?: RouteMatchConnectMatcher
  readonly dynamicMetadata?: readonly MetadataMatcher[]
  readonly pathSeparatedPrefix?: string
  readonly pathMatchPolicy?: TypedExtensionConfig
  readonly filterState?: readonly FilterStateMatcher[]
  readonly cookies?: readonly CookieMatcher[]
}

/** envoy.config.route.v3.RouteMatch.ConnectMatcher */
export type RouteMatchConnectMatcher = Record<string, never>

/** envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions */
export type RouteMatchGrpcRouteMatchOptions = Record<string, never>

/** envoy.config.route.v3.RouteMatch.TlsContextMatchOptions */
export type RouteMatchTlsContextMatchOptions = {
  readonly presented?: boolean
  readonly validated?: boolean
}

/** envoy.config.route.v3.ScopedRouteConfiguration */
export type ScopedRouteConfiguration = {
  readonly name?: string
  readonly routeConfigurationName?: string
  readonly key?: ScopedRouteConfigurationKey
  readonly onDemand?: boolean
  readonly routeConfiguration?: RouteConfiguration
}

/** envoy.config.route.v3.ScopedRouteConfiguration.Key */
export type ScopedRouteConfigurationKey = {
  readonly fragments?: readonly ScopedRouteConfigurationKeyFragment[]
}

/** envoy.config.route.v3.ScopedRouteConfiguration.Key.Fragment */
export type ScopedRouteConfigurationKeyFragment = {
  readonly stringKey?: string
}

/** envoy.config.route.v3.Tracing */
export type RouteTracing = {
  readonly clientSampling?: FractionalPercent
  readonly randomSampling?: FractionalPercent
  readonly overallSampling?: FractionalPercent
  readonly customTags?: readonly CustomTag[]
  readonly operation?: string
  readonly upstreamOperation?: string
}

/** envoy.config.route.v3.Vhds */
export type Vhds = {
  readonly configSource?: ConfigSource
}

/** envoy.config.route.v3.VirtualCluster */
export type VirtualCluster = {
  readonly name?: string
  readonly headers?: readonly HeaderMatcher[]
}

/** envoy.config.route.v3.VirtualHost */
export type VirtualHost = {
  readonly name?: string
  readonly domains?: readonly string[]
  readonly routes?: readonly Route[]
  readonly requireTls?: VirtualHostTlsRequirementType
  readonly virtualClusters?: readonly VirtualCluster[]
  readonly rateLimits?: readonly RateLimit[]
  readonly requestHeadersToAdd?: readonly HeaderValueOption[]
  /** @deprecated */
  readonly cors?: RouteCorsPolicy
  readonly responseHeadersToAdd?: readonly HeaderValueOption[]
  readonly responseHeadersToRemove?: readonly string[]
  readonly requestHeadersToRemove?: readonly string[]
  readonly includeRequestAttemptCount?: boolean
  readonly typedPerFilterConfig?: { readonly [key: string]: AnyMessage }
  readonly retryPolicy?: RouteRetryPolicy
  readonly hedgePolicy?: HedgePolicy
  /** @deprecated */
  readonly perRequestBufferLimitBytes?: number
  readonly includeAttemptCountInResponse?: boolean
  readonly retryPolicyTypedConfig?: AnyMessage
  readonly matcher?: Matcher
  readonly requestMirrorPolicies?: readonly RouteActionRequestMirrorPolicy[]
  readonly includeIsTimeoutRetryHeader?: boolean
  readonly metadata?: Metadata
  readonly requestBodyBufferLimit?: number | string
  readonly routeSpecifiers?: readonly TypedExtensionConfig[]
}

/** envoy.config.route.v3.WeightedCluster */
export type WeightedCluster = {
  readonly clusters?: readonly WeightedClusterClusterWeight[]
  readonly runtimeKeyPrefix?: string
  /** @deprecated */
  readonly totalWeight?: number
  readonly headerName?: string
  readonly useHashPolicy?: boolean
}

/** envoy.config.route.v3.WeightedCluster.ClusterWeight */
export type WeightedClusterClusterWeight = {
  readonly name?: string
  readonly weight?: number
  readonly metadataMatch?: Metadata
  readonly requestHeadersToAdd?: readonly HeaderValueOption[]
  readonly responseHeadersToAdd?: readonly HeaderValueOption[]
  readonly responseHeadersToRemove?: readonly string[]
  readonly requestHeadersToRemove?: readonly string[]
  readonly typedPerFilterConfig?: { readonly [key: string]: AnyMessage }
  readonly hostRewriteLiteral?: string
  readonly clusterHeader?: string
}

/** envoy.config.trace.v3.Tracing */
export type TraceTracing = {
  readonly http?: TracingHttp
}

/** envoy.config.trace.v3.Tracing.Http */
export type TracingHttp = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig */
export type CommonGrpcAccessLogConfig = {
  readonly logName?: string
  readonly grpcService?: GrpcService
  readonly bufferFlushInterval?: string
  readonly bufferSizeBytes?: number
  readonly filterStateObjectsToLog?: readonly string[]
  readonly transportApiVersion?: ApiVersion
  readonly grpcStreamRetryPolicy?: CoreRetryPolicy
  readonly customTags?: readonly CustomTag[]
}

/** envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig */
export type HttpGrpcAccessLogConfig = {
  readonly commonConfig?: CommonGrpcAccessLogConfig
  readonly additionalRequestHeadersToLog?: readonly string[]
  readonly additionalResponseHeadersToLog?: readonly string[]
  readonly additionalResponseTrailersToLog?: readonly string[]
}

/** envoy.extensions.access_loggers.stream.v3.StdoutAccessLog */
export type StdoutAccessLog = {
  readonly logFormat?: SubstitutionFormatString
}

/** envoy.extensions.clusters.dns.v3.DnsCluster */
export type DnsCluster = {
  readonly dnsRefreshRate?: string
  readonly dnsFailureRefreshRate?: DnsClusterRefreshRate
  readonly respectDnsTtl?: boolean
  readonly dnsJitter?: string
  readonly typedDnsResolverConfig?: TypedExtensionConfig
  readonly dnsLookupFamily?: DnsLookupFamily
  readonly allAddressesInSingleEndpoint?: boolean
  readonly dnsMinRefreshRate?: string
}

/** envoy.extensions.clusters.dns.v3.DnsCluster.RefreshRate */
export type DnsClusterRefreshRate = {
  readonly baseInterval?: string
  readonly maxInterval?: string
}

/** envoy.extensions.common.ratelimit.v3.LocalClusterRateLimit */
export type LocalClusterRateLimit = Record<string, never>

/** envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor */
export type LocalRateLimitDescriptor = {
  readonly entries?: readonly RateLimitDescriptorEntry[]
  readonly tokenBucket?: TokenBucket
  readonly shadowMode?: boolean
}

/** envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry */
export type RateLimitDescriptorEntry = {
  readonly key?: string
  readonly value?: string
}

/** envoy.extensions.filters.common.fault.v3.FaultDelay */
export type FaultDelay = {
  readonly fixedDelay?: string
  readonly percentage?: FractionalPercent
  readonly headerDelay?: FaultDelayHeaderDelay
}

/** envoy.extensions.filters.common.fault.v3.FaultDelay.HeaderDelay */
export type FaultDelayHeaderDelay = Record<string, never>

/** envoy.extensions.filters.common.fault.v3.FaultRateLimit */
export type FaultRateLimit = {
  readonly fixedLimit?: FaultRateLimitFixedLimit
  readonly percentage?: FractionalPercent
  readonly headerLimit?: FaultRateLimitHeaderLimit
}

/** envoy.extensions.filters.common.fault.v3.FaultRateLimit.FixedLimit */
export type FaultRateLimitFixedLimit = {
  readonly limitKbps?: number | string
}

/** envoy.extensions.filters.common.fault.v3.FaultRateLimit.HeaderLimit */
export type FaultRateLimitHeaderLimit = Record<string, never>

/** envoy.extensions.filters.http.buffer.v3.Buffer */
export type Buffer = {
  readonly maxRequestBytes?: number
}

/** envoy.extensions.filters.http.buffer.v3.BufferPerRoute */
export type BufferPerRoute = {
  readonly disabled?: boolean
  readonly buffer?: Buffer
}

/** envoy.extensions.filters.http.cors.v3.Cors */
export type Cors = Record<string, never>

/** envoy.extensions.filters.http.cors.v3.CorsPolicy */
export type CorsPolicy = {
  readonly allowOriginStringMatch?: readonly StringMatcher[]
  readonly allowMethods?: string
  readonly allowHeaders?: string
  readonly exposeHeaders?: string
  readonly maxAge?: string
  readonly allowCredentials?: boolean
  readonly filterEnabled?: RuntimeFractionalPercent
  readonly shadowEnabled?: RuntimeFractionalPercent
  readonly allowPrivateNetworkAccess?: boolean
  readonly forwardNotMatchingPreflights?: boolean
}

/** envoy.extensions.filters.http.fault.v3.FaultAbort */
export type FaultAbort = {
  readonly httpStatus?: number
  readonly percentage?: FractionalPercent
  readonly headerAbort?: FaultAbortHeaderAbort
  readonly grpcStatus?: number
  readonly responseBody?: string
}

/** envoy.extensions.filters.http.fault.v3.FaultAbort.HeaderAbort */
export type FaultAbortHeaderAbort = Record<string, never>

/** envoy.extensions.filters.http.fault.v3.HTTPFault */
export type HTTPFault = {
  readonly delay?: FaultDelay
  readonly abort?: FaultAbort
  readonly upstreamCluster?: string
  readonly headers?: readonly HeaderMatcher[]
  readonly downstreamNodes?: readonly string[]
  readonly maxActiveFaults?: number
  readonly responseRateLimit?: FaultRateLimit
  readonly delayPercentRuntime?: string
  readonly abortPercentRuntime?: string
  readonly delayDurationRuntime?: string
  readonly abortHttpStatusRuntime?: string
  readonly maxActiveFaultsRuntime?: string
  readonly responseRateLimitPercentRuntime?: string
  readonly abortGrpcStatusRuntime?: string
  readonly disableDownstreamClusterStats?: boolean
  readonly filterMetadata?: { readonly [key: string]: Json }
}

/** envoy.extensions.filters.http.header_mutation.v3.HeaderMutation */
export type HttpHeaderMutationHeaderMutation = {
  readonly mutations?: Mutations
  readonly mostSpecificHeaderMutationsWins?: boolean
}

/** envoy.extensions.filters.http.header_mutation.v3.Mutations */
export type Mutations = {
  readonly requestMutations?: readonly HeaderMutation[]
  readonly responseMutations?: readonly HeaderMutation[]
  readonly queryParameterMutations?: readonly KeyValueMutation[]
  readonly responseTrailersMutations?: readonly HeaderMutation[]
  readonly requestTrailersMutations?: readonly HeaderMutation[]
  readonly formatters?: readonly TypedExtensionConfig[]
}

/** envoy.extensions.filters.http.jwt_authn.v3.ExtractOnlyWithoutValidation */
export type ExtractOnlyWithoutValidation = {
  readonly verificationStatusHeader?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.FilterStateRule */
export type FilterStateRule = {
  readonly name?: string
  readonly requires?: { readonly [key: string]: JwtRequirement }
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch */
export type JwksAsyncFetch = {
  readonly fastListener?: boolean
  readonly failedRefetchDuration?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication */
export type JwtAuthentication = {
  readonly providers?: { readonly [key: string]: JwtProvider }
  readonly rules?: readonly RequirementRule[]
  readonly filterStateRules?: FilterStateRule
  readonly bypassCorsPreflight?: boolean
  readonly requirementMap?: { readonly [key: string]: JwtRequirement }
  readonly stripFailureResponse?: boolean
  readonly statPrefix?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtCacheConfig */
export type JwtCacheConfig = {
  readonly jwtCacheSize?: number
  readonly jwtMaxTokenSize?: number
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader */
export type JwtClaimToHeader = {
  readonly headerName?: string
  readonly claimName?: string
  readonly claimPath?: readonly JwtClaimToHeaderPathSegment[]
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader.PathSegment */
export type JwtClaimToHeaderPathSegment = {
  readonly key?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtHeader */
export type JwtHeader = {
  readonly name?: string
  readonly valuePrefix?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider */
export type JwtProvider = {
  readonly issuer?: string
  readonly audiences?: readonly string[]
  readonly remoteJwks?: RemoteJwks
  readonly localJwks?: DataSource
  readonly forward?: boolean
  readonly fromHeaders?: readonly JwtHeader[]
  readonly fromParams?: readonly string[]
  readonly forwardPayloadHeader?: string
  readonly payloadInMetadata?: string
  readonly clockSkewSeconds?: number
  readonly padForwardPayloadHeader?: boolean
  readonly jwtCacheConfig?: JwtCacheConfig
  readonly fromCookies?: readonly string[]
  readonly headerInMetadata?: string
  readonly claimToHeaders?: readonly JwtClaimToHeader[]
  readonly failedStatusInMetadata?: string
  readonly clearRouteCache?: boolean
  readonly normalizePayloadInMetadata?: JwtProviderNormalizePayload
  readonly subjects?: StringMatcher
  readonly requireExpiration?: boolean
  readonly maxLifetime?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload */
export type JwtProviderNormalizePayload = {
  readonly spaceDelimitedClaims?: readonly string[]
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement */
export type JwtRequirement = {
  readonly providerName?: string
  readonly providerAndAudiences?: ProviderWithAudiences
  readonly requiresAny?: JwtRequirementOrList
  readonly requiresAll?: JwtRequirementAndList
  readonly allowMissingOrFailed?: Empty
  readonly allowMissing?: Empty
  readonly extractOnlyWithoutValidation?: ExtractOnlyWithoutValidation
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList */
export type JwtRequirementAndList = {
  readonly requirements?: readonly JwtRequirement[]
}

/** envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList */
export type JwtRequirementOrList = {
  readonly requirements?: readonly JwtRequirement[]
}

/** envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig */
export type PerRouteConfig = {
  readonly disabled?: boolean
  readonly requirementName?: string
}

/** envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences */
export type ProviderWithAudiences = {
  readonly providerName?: string
  readonly audiences?: readonly string[]
}

/** envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks */
export type RemoteJwks = {
  readonly httpUri?: HttpUri
  readonly cacheDuration?: string
  readonly asyncFetch?: JwksAsyncFetch
  readonly retryPolicy?: CoreRetryPolicy
}

/** envoy.extensions.filters.http.jwt_authn.v3.RequirementRule */
export type RequirementRule = {
  readonly match?: RouteMatch
  readonly requires?: JwtRequirement
  readonly requirementName?: string
}

/** envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit */
export type LocalRateLimit = {
  readonly statPrefix?: string
  readonly status?: HttpStatus
  readonly tokenBucket?: TokenBucket
  readonly filterEnabled?: RuntimeFractionalPercent
  readonly filterEnforced?: RuntimeFractionalPercent
  readonly responseHeadersToAdd?: readonly HeaderValueOption[]
  readonly descriptors?: readonly LocalRateLimitDescriptor[]
  readonly stage?: number
  readonly requestHeadersToAddWhenNotEnforced?: readonly HeaderValueOption[]
  readonly localRateLimitPerDownstreamConnection?: boolean
  readonly enableXRatelimitHeaders?: XRateLimitHeadersRFCVersion
  readonly vhRateLimits?: VhRateLimitsOptions
  readonly alwaysConsumeDefaultTokenBucket?: boolean
  readonly rateLimitedAsResourceExhausted?: boolean
  readonly localClusterRateLimit?: LocalClusterRateLimit
  readonly rateLimits?: readonly RateLimit[]
  readonly maxDynamicDescriptors?: number
  readonly enableRetryAfterHeader?: boolean
}

/** envoy.extensions.filters.http.rbac.v3.RBAC */
export type RBAC = {
  readonly rules?: RbacRBAC
  readonly shadowRules?: RbacRBAC
  readonly shadowRulesStatPrefix?: string
  readonly matcher?: Matcher
  readonly shadowMatcher?: Matcher
  readonly rulesStatPrefix?: string
  readonly trackPerRuleStats?: boolean
}

/** envoy.extensions.filters.http.rbac.v3.RBACPerRoute */
export type RBACPerRoute = {
  readonly rbac?: RBAC
}

/** envoy.extensions.filters.http.router.v3.Router */
export type Router = {
  readonly dynamicStats?: boolean
  /** @deprecated */
  readonly startChildSpan?: boolean
  readonly upstreamLog?: readonly AccessLog[]
  readonly suppressEnvoyHeaders?: boolean
  readonly strictCheckHeaders?: readonly string[]
  readonly respectExpectedRqTimeout?: boolean
  readonly suppressGrpcRequestFailureCodeStats?: boolean
  readonly upstreamHttpFilters?: readonly HttpFilter[]
  readonly upstreamLogOptions?: RouterUpstreamAccessLogOptions
  readonly rejectConnectRequestEarlyData?: boolean
}

/** envoy.extensions.filters.http.router.v3.Router.UpstreamAccessLogOptions */
export type RouterUpstreamAccessLogOptions = {
  readonly flushUpstreamLogOnUpstreamStream?: boolean
  readonly upstreamLogFlushInterval?: string
}

/** envoy.extensions.filters.http.stateful_session.v3.StatefulSession */
export type StatefulSession = {
  readonly sessionState?: TypedExtensionConfig
  readonly strict?: boolean
  readonly statPrefix?: string
  readonly statusOnStrictDestinationNotFound?: number
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol */
export type ProxyProtocol = {
  readonly rules?: readonly ProxyProtocolRule[]
  readonly allowRequestsWithoutProxyProtocol?: boolean
  readonly passThroughTlvs?: ProxyProtocolPassThroughTLVs
  readonly disallowedVersions?: readonly ProxyProtocolConfigVersion[]
  readonly statPrefix?: string
  readonly tlvLocation?: ProxyProtocolTlvLocation
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair */
export type ProxyProtocolKeyValuePair = {
  readonly metadataNamespace?: string
  readonly key?: string
  readonly valueStringEncoding?: ProxyProtocolKeyValuePairValueStringEncoding
}

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.Rule */
export type ProxyProtocolRule = {
  readonly tlvType?: number
  readonly onTlvPresent?: ProxyProtocolKeyValuePair
}

/** envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector */
export type TlsInspector = {
  readonly enableJa3Fingerprinting?: boolean
  readonly initialReadBufferSize?: number
  readonly enableJa4Fingerprinting?: boolean
  readonly closeConnectionOnClientHelloParsingErrors?: boolean
  readonly maxClientHelloSize?: number
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ForwardProtoConfig */
export type ForwardProtoConfig = {
  readonly httpsDestinationPorts?: readonly number[]
  readonly httpDestinationPorts?: readonly number[]
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager */
export type HttpConnectionManager = {
  readonly codecType?: HttpConnectionManagerCodecType
  readonly statPrefix?: string
  readonly rds?: Rds
  readonly routeConfig?: RouteConfiguration
  readonly httpFilters?: readonly HttpFilter[]
  readonly addUserAgent?: boolean
  readonly tracing?: HttpConnectionManagerTracing
  readonly httpProtocolOptions?: Http1ProtocolOptions
  readonly http2ProtocolOptions?: Http2ProtocolOptions
  readonly serverName?: string
  readonly drainTimeout?: string
  readonly accessLog?: readonly AccessLog[]
  readonly useRemoteAddress?: boolean
  readonly generateRequestId?: boolean
  readonly forwardClientCertDetails?: HttpConnectionManagerForwardClientCertDetails
  readonly setCurrentClientCertDetails?: HttpConnectionManagerSetCurrentClientCertDetails
  readonly proxy100Continue?: boolean
  readonly xffNumTrustedHops?: number
  readonly representIpv4RemoteAddressAsIpv4MappedIpv6?: boolean
  readonly skipXffAppend?: boolean
  readonly via?: string
  readonly upgradeConfigs?: readonly HttpConnectionManagerUpgradeConfig[]
  readonly streamIdleTimeout?: string
  readonly internalAddressConfig?: HttpConnectionManagerInternalAddressConfig
  readonly delayedCloseTimeout?: string
  readonly requestTimeout?: string
  readonly maxRequestHeadersKb?: number
  readonly normalizePath?: boolean
  readonly scopedRoutes?: ScopedRoutes
  readonly preserveExternalRequestId?: boolean
  readonly mergeSlashes?: boolean
  readonly serverHeaderTransformation?: HttpConnectionManagerServerHeaderTransformation
  readonly commonHttpProtocolOptions?: CoreHttpProtocolOptions
  readonly requestIdExtension?: RequestIDExtension
  readonly alwaysSetRequestIdInResponse?: boolean
  readonly localReplyConfig?: LocalReplyConfig
  readonly stripMatchingHostPort?: boolean
  readonly streamErrorOnInvalidHttpMessage?: boolean
  readonly requestHeadersTimeout?: string
  readonly stripAnyHostPort?: boolean
  readonly pathNormalizationOptions?: HttpConnectionManagerPathNormalizationOptions
  readonly http3ProtocolOptions?: Http3ProtocolOptions
  readonly pathWithEscapedSlashesAction?: HttpConnectionManagerPathWithEscapedSlashesAction
  readonly originalIpDetectionExtensions?: readonly TypedExtensionConfig[]
  readonly stripTrailingHostDot?: boolean
  readonly schemeHeaderTransformation?: SchemeHeaderTransformation
  readonly proxyStatusConfig?: HttpConnectionManagerProxyStatusConfig
  readonly typedHeaderValidationConfig?: TypedExtensionConfig
  readonly appendXForwardedPort?: boolean
  readonly earlyHeaderMutationExtensions?: readonly TypedExtensionConfig[]
  readonly addProxyProtocolConnectionState?: boolean
  /** @deprecated */
  readonly accessLogFlushInterval?: string
  /** @deprecated */
  readonly flushAccessLogOnNewRequest?: boolean
  readonly accessLogOptions?: HttpConnectionManagerHcmAccessLogOptions
  readonly appendLocalOverload?: boolean
  readonly http1SafeMaxConnectionDuration?: boolean
  readonly streamFlushTimeout?: string
  readonly forwardClientCertMatcher?: Matcher
  readonly forwardProtoConfig?: ForwardProtoConfig
  readonly drainTimeoutJitter?: Percent
  readonly recordRouteResolutionStats?: boolean
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.HcmAccessLogOptions */
export type HttpConnectionManagerHcmAccessLogOptions = {
  readonly accessLogFlushInterval?: string
  readonly flushAccessLogOnNewRequest?: boolean
  readonly flushLogOnTunnelSuccessfullyEstablished?: boolean
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig */
export type HttpConnectionManagerInternalAddressConfig = {
  readonly unixSockets?: boolean
  readonly cidrRanges?: readonly CidrRange[]
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathNormalizationOptions */
export type HttpConnectionManagerPathNormalizationOptions = {
  readonly forwardingTransformation?: PathTransformation
  readonly httpFilterTransformation?: PathTransformation
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ProxyStatusConfig */
export type HttpConnectionManagerProxyStatusConfig = {
  readonly removeDetails?: boolean
  readonly removeConnectionTerminationDetails?: boolean
  readonly removeResponseFlags?: boolean
  readonly setRecommendedResponseCode?: boolean
  readonly useNodeId?: boolean
  readonly literalProxyName?: string
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.SetCurrentClientCertDetails */
export type HttpConnectionManagerSetCurrentClientCertDetails = {
  readonly subject?: boolean
  readonly cert?: boolean
  readonly dns?: boolean
  readonly uri?: boolean
  readonly chain?: boolean
  readonly format?: HttpConnectionManagerForwardClientCertFormat
  readonly issuer?: boolean
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.Tracing */
export type HttpConnectionManagerTracing = {
  readonly clientSampling?: Percent
  readonly randomSampling?: Percent
  readonly overallSampling?: Percent
  readonly verbose?: boolean
  readonly maxPathTagLength?: number
  readonly customTags?: readonly CustomTag[]
  readonly provider?: TracingHttp
  readonly spawnUpstreamSpan?: boolean
  readonly operation?: string
  readonly upstreamOperation?: string
  readonly noContextPropagation?: boolean
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.UpgradeConfig */
export type HttpConnectionManagerUpgradeConfig = {
  readonly upgradeType?: string
  readonly filters?: readonly HttpFilter[]
  readonly enabled?: boolean
}

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter */
export type HttpFilter = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
  readonly configDiscovery?: ExtensionConfigSource
  readonly isOptional?: boolean
  readonly disabled?: boolean
}

/** envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig */
export type LocalReplyConfig = {
  readonly mappers?: readonly ResponseMapper[]
  readonly bodyFormat?: SubstitutionFormatString
}

/** envoy.extensions.filters.network.http_connection_manager.v3.Rds */
export type Rds = {
  readonly configSource?: ConfigSource
  readonly routeConfigName?: string
}

/** envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension */
export type RequestIDExtension = {
  readonly typedConfig?: AnyMessage
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ResponseMapper */
export type ResponseMapper = {
  readonly filter?: AccessLogFilter
  readonly statusCode?: number
  readonly body?: DataSource
  readonly bodyFormatOverride?: SubstitutionFormatString
  readonly headersToAdd?: readonly HeaderValueOption[]
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRds */
export type ScopedRds = {
  readonly scopedRdsConfigSource?: ConfigSource
  readonly srdsResourcesLocator?: string
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRouteConfigurationsList */
export type ScopedRouteConfigurationsList = {
  readonly scopedRouteConfigurations?: readonly ScopedRouteConfiguration[]
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes */
export type ScopedRoutes = {
  readonly name?: string
  readonly scopeKeyBuilder?: ScopedRoutesScopeKeyBuilder
  readonly rdsConfigSource?: ConfigSource
  readonly scopedRouteConfigurationsList?: ScopedRouteConfigurationsList
  readonly scopedRds?: ScopedRds
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder */
export type ScopedRoutesScopeKeyBuilder = {
  readonly fragments?: readonly ScopedRoutesScopeKeyBuilderFragmentBuilder[]
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder */
export type ScopedRoutesScopeKeyBuilderFragmentBuilder = {
  readonly headerValueExtractor?: ScopedRoutesScopeKeyBuilderFragmentBuilderHeaderValueExtractor
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor */
export type ScopedRoutesScopeKeyBuilderFragmentBuilderHeaderValueExtractor = {
  readonly name?: string
  readonly elementSeparator?: string
  readonly index?: number
  readonly element?: ScopedRoutesScopeKeyBuilderFragmentBuilderHeaderValueExtractorKvElement
}

/** envoy.extensions.filters.network.http_connection_manager.v3.ScopedRoutes.ScopeKeyBuilder.FragmentBuilder.HeaderValueExtractor.KvElement */
export type ScopedRoutesScopeKeyBuilderFragmentBuilderHeaderValueExtractorKvElement = {
  readonly separator?: string
  readonly key?: string
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy */
export type TcpProxy = {
  readonly statPrefix?: string
  readonly cluster?: string
  readonly downstreamIdleTimeout?: string
  readonly upstreamIdleTimeout?: string
  readonly accessLog?: readonly AccessLog[]
  readonly maxConnectAttempts?: number
  readonly idleTimeout?: string
  readonly metadataMatch?: Metadata
  readonly weightedClusters?: TcpProxyWeightedCluster
  readonly hashPolicy?: readonly HashPolicy[]
  readonly tunnelingConfig?: TcpProxyTunnelingConfig
  readonly maxDownstreamConnectionDuration?: string
  readonly onDemand?: TcpProxyOnDemand
  /** @deprecated */
  readonly accessLogFlushInterval?: string
  /** @deprecated */
  readonly flushAccessLogOnConnected?: boolean
  readonly accessLogOptions?: TcpProxyTcpAccessLogOptions
  readonly backoffOptions?: BackoffStrategy
  readonly proxyProtocolTlvs?: readonly TlvEntry[]
  readonly maxDownstreamConnectionDurationJitterPercentage?: Percent
  readonly upstreamConnectMode?: UpstreamConnectMode
  readonly maxEarlyDataBytes?: number
  readonly proxyProtocolTlvMergePolicy?: ProxyProtocolTlvMergePolicy
  readonly checkDrainClose?: boolean
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.OnDemand */
export type TcpProxyOnDemand = {
  readonly odcdsConfig?: ConfigSource
  readonly resourcesLocator?: string
  readonly timeout?: string
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions */
export type TcpProxyTcpAccessLogOptions = {
  readonly accessLogFlushInterval?: string
  readonly flushAccessLogOnConnected?: boolean
  readonly flushAccessLogOnStart?: boolean
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TunnelingConfig */
export type TcpProxyTunnelingConfig = {
  readonly hostname?: string
  readonly usePost?: boolean
  readonly headersToAdd?: readonly HeaderValueOption[]
  readonly propagateResponseHeaders?: boolean
  readonly postPath?: string
  readonly propagateResponseTrailers?: boolean
  readonly requestIdExtension?: RequestIDExtension
  readonly requestIdHeader?: string
  readonly requestIdMetadataKey?: string
  readonly formatters?: readonly TypedExtensionConfig[]
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster */
export type TcpProxyWeightedCluster = {
  readonly clusters?: readonly TcpProxyWeightedClusterClusterWeight[]
}

/** envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.WeightedCluster.ClusterWeight */
export type TcpProxyWeightedClusterClusterWeight = {
  readonly name?: string
  readonly weight?: number
  readonly metadataMatch?: Metadata
}

/** envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation */
export type EarlyHeaderMutationHeaderMutationHeaderMutation = {
  readonly mutations?: readonly HeaderMutation[]
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig */
export type LocalityLbConfig = {
  readonly zoneAwareLbConfig?: LocalityLbConfigZoneAwareLbConfig
  readonly localityWeightedLbConfig?: LocalityLbConfigLocalityWeightedLbConfig
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig */
export type LocalityLbConfigLocalityWeightedLbConfig = Record<string, never>

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig */
export type LocalityLbConfigZoneAwareLbConfig = {
  readonly routingEnabled?: Percent
  readonly minClusterSize?: number | string
  readonly failTrafficOnPanic?: boolean
  /** @deprecated */
  readonly forceLocalityDirectRouting?: boolean
  readonly forceLocalZone?: LocalityLbConfigZoneAwareLbConfigForceLocalZone
  readonly localityBasis?: LocalityLbConfigZoneAwareLbConfigLocalityBasis
}

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.ForceLocalZone */
export type LocalityLbConfigZoneAwareLbConfigForceLocalZone = {
  readonly minSize?: number
}

/** envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig */
export type SlowStartConfig = {
  readonly slowStartWindow?: string
  readonly aggression?: RuntimeDouble
  readonly minWeightPercent?: Percent
}

/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest */
export type LeastRequest = {
  readonly choiceCount?: number
  readonly activeRequestBias?: RuntimeDouble
  readonly slowStartConfig?: SlowStartConfig
  readonly localityLbConfig?: LocalityLbConfig
  /** @deprecated */
  readonly enableFullScan?: boolean
  readonly selectionMethod?: LeastRequestSelectionMethod
}

/** envoy.extensions.load_balancing_policies.random.v3.Random */
export type Random = {
  readonly localityLbConfig?: LocalityLbConfig
}

/** envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin */
export type RoundRobin = {
  readonly slowStartConfig?: SlowStartConfig
  readonly localityLbConfig?: LocalityLbConfig
}

/** envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig */
export type CaresDnsResolverConfig = {
  readonly resolvers?: readonly Address[]
  readonly dnsResolverOptions?: DnsResolverOptions
  readonly useResolversAsFallback?: boolean
  readonly filterUnroutableFamilies?: boolean
  readonly udpMaxQueries?: number
  readonly queryTimeoutSeconds?: number | string
  readonly queryTries?: number
  readonly rotateNameservers?: boolean
  readonly edns0MaxPayloadSize?: number
  readonly maxUdpChannelDuration?: string
  readonly reinitChannelOnTimeout?: boolean
  readonly qcacheMaxTtl?: number
}

/** envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig */
export type UuidRequestIdConfig = {
  readonly packTraceReason?: boolean
  readonly useRequestIdForTraceSampling?: boolean
}

/** envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate */
export type PreviousHostsPredicate = Record<string, never>

/** envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport */
export type QuicDownstreamTransport = {
  readonly downstreamTlsContext?: DownstreamTlsContext
  readonly enableEarlyData?: boolean
  readonly enableResumption?: boolean
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance */
export type CertificateProviderPluginInstance = {
  readonly instanceName?: string
  readonly certificateName?: string
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext */
export type CertificateValidationContext = {
  readonly trustedCa?: DataSource
  readonly verifyCertificateHash?: readonly string[]
  readonly verifyCertificateSpki?: readonly string[]
  readonly requireSignedCertificateTimestamp?: boolean
  readonly crl?: DataSource
  readonly allowExpiredCertificate?: boolean
  /** @deprecated */
  readonly matchSubjectAltNames?: readonly StringMatcher[]
  readonly trustChainVerification?: CertificateValidationContextTrustChainVerification
  readonly watchedDirectory?: WatchedDirectory
  readonly customValidatorConfig?: TypedExtensionConfig
  readonly caCertificateProviderInstance?: CertificateProviderPluginInstance
  readonly onlyVerifyLeafCertCrl?: boolean
  readonly matchTypedSubjectAltNames?: readonly SubjectAltNameMatcher[]
  readonly maxVerifyDepth?: number
  readonly systemRootCerts?: CertificateValidationContextSystemRootCerts
  readonly suppressClientCaList?: boolean
}

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.SystemRootCerts */
export type CertificateValidationContextSystemRootCerts = Record<string, never>

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext */
export type CommonTlsContext = {
  readonly tlsParams?: TlsParameters
  readonly tlsCertificates?: readonly TlsCertificate[]
  readonly validationContext?: CertificateValidationContext
  readonly alpnProtocols?: readonly string[]
  readonly tlsCertificateSdsSecretConfigs?: readonly SdsSecretConfig[]
  readonly validationContextSdsSecretConfig?: SdsSecretConfig
  readonly combinedValidationContext?: CommonTlsContextCombinedCertificateValidationContext
  /** @deprecated */
  readonly tlsCertificateCertificateProvider?: CommonTlsContextCertificateProvider
  /** @deprecated */
  readonly validationContextCertificateProvider?: CommonTlsContextCertificateProvider
  /** @deprecated */
  readonly tlsCertificateCertificateProviderInstance?: CommonTlsContextCertificateProviderInstance
  /** @deprecated */
  readonly validationContextCertificateProviderInstance?: CommonTlsContextCertificateProviderInstance
  readonly customHandshaker?: TypedExtensionConfig
  readonly tlsCertificateProviderInstance?: CertificateProviderPluginInstance
  readonly keyLog?: TlsKeyLog
  readonly customTlsCertificateSelector?: TypedExtensionConfig
}

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProvider */
export type CommonTlsContextCertificateProvider = {
  readonly name?: string
  readonly typedConfig?: TypedExtensionConfig
}

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CertificateProviderInstance */
export type CommonTlsContextCertificateProviderInstance = {
  readonly instanceName?: string
  readonly certificateName?: string
}

/** envoy.extensions.transport_sockets.tls.v3.CommonTlsContext.CombinedCertificateValidationContext */
export type CommonTlsContextCombinedCertificateValidationContext = {
  readonly defaultValidationContext?: CertificateValidationContext
  readonly validationContextSdsSecretConfig?: SdsSecretConfig
  /** @deprecated */
  readonly validationContextCertificateProvider?: CommonTlsContextCertificateProvider
  /** @deprecated */
  readonly validationContextCertificateProviderInstance?: CommonTlsContextCertificateProviderInstance
}

/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext */
export type DownstreamTlsContext = {
  readonly commonTlsContext?: CommonTlsContext
  readonly requireClientCertificate?: boolean
  readonly requireSni?: boolean
  readonly sessionTicketKeys?: TlsSessionTicketKeys
  readonly sessionTicketKeysSdsSecretConfig?: SdsSecretConfig
  readonly sessionTimeout?: string
  readonly disableStatelessSessionResumption?: boolean
  readonly ocspStaplePolicy?: DownstreamTlsContextOcspStaplePolicy
  readonly fullScanCertsOnSniMismatch?: boolean
  readonly disableStatefulSessionResumption?: boolean
  readonly preferClientCiphers?: boolean
}

/** envoy.extensions.transport_sockets.tls.v3.GenericSecret */
export type GenericSecret = {
  readonly secret?: DataSource
  readonly secrets?: { readonly [key: string]: DataSource }
}

/** envoy.extensions.transport_sockets.tls.v3.PrivateKeyProvider */
export type PrivateKeyProvider = {
  readonly providerName?: string
  readonly typedConfig?: AnyMessage
  readonly fallback?: boolean
}

/** envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig */
export type SdsSecretConfig = {
  readonly name?: string
  readonly sdsConfig?: ConfigSource
}

/** envoy.extensions.transport_sockets.tls.v3.Secret */
export type Secret = {
  readonly name?: string
  readonly tlsCertificate?: TlsCertificate
  readonly sessionTicketKeys?: TlsSessionTicketKeys
  readonly validationContext?: CertificateValidationContext
  readonly genericSecret?: GenericSecret
}

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher */
export type SubjectAltNameMatcher = {
  readonly sanType?: SubjectAltNameMatcherSanType
  readonly matcher?: StringMatcher
  readonly oid?: string
}

/** envoy.extensions.transport_sockets.tls.v3.TlsCertificate */
export type TlsCertificate = {
  readonly certificateChain?: DataSource
  readonly privateKey?: DataSource
  readonly password?: DataSource
  readonly ocspStaple?: DataSource
  readonly signedCertificateTimestamp?: readonly DataSource[]
  readonly privateKeyProvider?: PrivateKeyProvider
  readonly watchedDirectory?: WatchedDirectory
  readonly pkcs12?: DataSource
  readonly tlsParams?: TlsParameters
}

/** envoy.extensions.transport_sockets.tls.v3.TlsKeyLog */
export type TlsKeyLog = {
  readonly path?: string
  readonly localAddressRange?: readonly CidrRange[]
  readonly remoteAddressRange?: readonly CidrRange[]
}

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters */
export type TlsParameters = {
  readonly tlsMinimumProtocolVersion?: TlsParametersTlsProtocol
  readonly tlsMaximumProtocolVersion?: TlsParametersTlsProtocol
  readonly cipherSuites?: readonly string[]
  readonly ecdhCurves?: readonly string[]
  readonly signatureAlgorithms?: readonly string[]
  readonly compliancePolicies?: readonly TlsParametersCompliancePolicy[]
}

/** envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys */
export type TlsSessionTicketKeys = {
  readonly keys?: readonly DataSource[]
}

/** envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext */
export type UpstreamTlsContext = {
  readonly commonTlsContext?: CommonTlsContext
  readonly sni?: string
  readonly allowRenegotiation?: boolean
  readonly maxSessionKeys?: number
  /** @deprecated */
  readonly enforceRsaKeyUsage?: boolean
  readonly autoHostSni?: boolean
  readonly autoSniSanValidation?: boolean
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions */
export type HttpProtocolOptions = {
  readonly commonHttpProtocolOptions?: CoreHttpProtocolOptions
  readonly upstreamHttpProtocolOptions?: UpstreamHttpProtocolOptions
  readonly explicitHttpConfig?: HttpProtocolOptionsExplicitHttpConfig
  readonly useDownstreamProtocolConfig?: HttpProtocolOptionsUseDownstreamHttpConfig
  readonly autoConfig?: HttpProtocolOptionsAutoHttpConfig
  readonly httpFilters?: readonly HttpFilter[]
  readonly headerValidationConfig?: TypedExtensionConfig
  readonly outlierDetection?: HttpProtocolOptionsOutlierDetection
  readonly requestMirrorPolicies?: readonly RouteActionRequestMirrorPolicy[]
  readonly hashPolicy?: readonly RouteActionHashPolicy[]
  readonly retryPolicy?: RouteRetryPolicy
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.AutoHttpConfig */
export type HttpProtocolOptionsAutoHttpConfig = {
  readonly httpProtocolOptions?: Http1ProtocolOptions
  readonly http2ProtocolOptions?: Http2ProtocolOptions
  readonly http3ProtocolOptions?: Http3ProtocolOptions
  readonly alternateProtocolsCacheOptions?: AlternateProtocolsCacheOptions
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.ExplicitHttpConfig */
export type HttpProtocolOptionsExplicitHttpConfig = {
  readonly httpProtocolOptions?: Http1ProtocolOptions
  readonly http2ProtocolOptions?: Http2ProtocolOptions
  readonly http3ProtocolOptions?: Http3ProtocolOptions
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.OutlierDetection */
export type HttpProtocolOptionsOutlierDetection = {
  readonly errorMatcher?: MatchPredicate
}

/** envoy.extensions.upstreams.http.v3.HttpProtocolOptions.UseDownstreamHttpConfig */
export type HttpProtocolOptionsUseDownstreamHttpConfig = {
  readonly httpProtocolOptions?: Http1ProtocolOptions
  readonly http2ProtocolOptions?: Http2ProtocolOptions
  readonly http3ProtocolOptions?: Http3ProtocolOptions
}

/** envoy.service.runtime.v3.Runtime */
export type Runtime = {
  readonly name?: string
  readonly layer?: { readonly [key: string]: Json }
}

/** envoy.type.http.v3.PathTransformation */
export type PathTransformation = {
  readonly operations?: readonly PathTransformationOperation[]
}

/** envoy.type.http.v3.PathTransformation.Operation */
export type PathTransformationOperation = {
  readonly normalizePathRfc3986?: PathTransformationOperationNormalizePathRFC3986
  readonly mergeSlashes?: PathTransformationOperationMergeSlashes
}

/** envoy.type.http.v3.PathTransformation.Operation.MergeSlashes */
export type PathTransformationOperationMergeSlashes = Record<string, never>

/** envoy.type.http.v3.PathTransformation.Operation.NormalizePathRFC3986 */
export type PathTransformationOperationNormalizePathRFC3986 = Record<string, never>

/** envoy.type.matcher.v3.AddressMatcher */
export type AddressMatcher = {
  readonly ranges?: readonly CoreCidrRange[]
  readonly invertMatch?: boolean
}

/** envoy.type.matcher.v3.DoubleMatcher */
export type DoubleMatcher = {
  readonly range?: DoubleRange
  readonly exact?: number | string
}

/** envoy.type.matcher.v3.FilterStateMatcher */
export type FilterStateMatcher = {
  readonly key?: string
  readonly stringMatch?: StringMatcher
  readonly addressMatch?: AddressMatcher
}

/** envoy.type.matcher.v3.ListMatcher */
export type ListMatcher = {
  readonly oneOf?: ValueMatcher
}

/** envoy.type.matcher.v3.ListStringMatcher */
export type ListStringMatcher = {
  readonly patterns?: readonly StringMatcher[]
}

/** envoy.type.matcher.v3.MetadataMatcher */
export type MetadataMatcher = {
  readonly filter?: string
  readonly path?: readonly MetadataMatcherPathSegment[]
  readonly value?: ValueMatcher
  readonly invert?: boolean
}

/** envoy.type.matcher.v3.MetadataMatcher.PathSegment */
export type MetadataMatcherPathSegment = {
  readonly key?: string
}

/** envoy.type.matcher.v3.OrMatcher */
export type OrMatcher = {
  readonly valueMatchers?: readonly ValueMatcher[]
}

/** envoy.type.matcher.v3.PathMatcher */
export type PathMatcher = {
  readonly path?: StringMatcher
}

/** envoy.type.matcher.v3.RegexMatchAndSubstitute */
export type RegexMatchAndSubstitute = {
  readonly pattern?: RegexMatcher
  readonly substitution?: string
}

/** envoy.type.matcher.v3.RegexMatcher */
export type RegexMatcher = {
  /** @deprecated */
  readonly googleRe2?: RegexMatcherGoogleRE2
  readonly regex?: string
}

/** envoy.type.matcher.v3.RegexMatcher.GoogleRE2 */
export type RegexMatcherGoogleRE2 = {
  /** @deprecated */
  readonly maxProgramSize?: number
}

/** envoy.type.matcher.v3.StringMatcher */
export type StringMatcher = {
  readonly exact?: string
  readonly prefix?: string
  readonly suffix?: string
  readonly safeRegex?: RegexMatcher
  readonly ignoreCase?: boolean
  readonly contains?: string
  readonly custom?: CoreTypedExtensionConfig
}

/** envoy.type.matcher.v3.ValueMatcher */
export type ValueMatcher = {
  readonly nullMatch?: ValueMatcherNullMatch
  readonly doubleMatch?: DoubleMatcher
  readonly stringMatch?: StringMatcher
  readonly boolMatch?: boolean
  readonly presentMatch?: boolean
  readonly listMatch?: ListMatcher
  readonly orMatch?: OrMatcher
}

/** envoy.type.matcher.v3.ValueMatcher.NullMatch */
export type ValueMatcherNullMatch = Record<string, never>

/** envoy.type.metadata.v3.MetadataKey */
export type MetadataKey = {
  readonly key?: string
  readonly path?: readonly MetadataKeyPathSegment[]
}

/** envoy.type.metadata.v3.MetadataKey.PathSegment */
export type MetadataKeyPathSegment = {
  readonly key?: string
  readonly index?: number
}

/** envoy.type.metadata.v3.MetadataKind */
export type MetadataKind = {
  readonly request?: MetadataKindRequest
  readonly route?: MetadataKindRoute
  readonly cluster?: MetadataKindCluster
  readonly host?: MetadataKindHost
}

/** envoy.type.metadata.v3.MetadataKind.Cluster */
export type MetadataKindCluster = Record<string, never>

/** envoy.type.metadata.v3.MetadataKind.Host */
export type MetadataKindHost = Record<string, never>

/** envoy.type.metadata.v3.MetadataKind.Request */
export type MetadataKindRequest = Record<string, never>

/** envoy.type.metadata.v3.MetadataKind.Route */
export type MetadataKindRoute = Record<string, never>

/** envoy.type.tracing.v3.CustomTag */
export type CustomTag = {
  readonly tag?: string
  readonly literal?: CustomTagLiteral
  readonly environment?: CustomTagEnvironment
  readonly requestHeader?: CustomTagHeader
  readonly metadata?: CustomTagMetadata
  readonly value?: string
  readonly valueType?: CustomTagValueType
}

/** envoy.type.tracing.v3.CustomTag.Environment */
export type CustomTagEnvironment = {
  readonly name?: string
  readonly defaultValue?: string
}

/** envoy.type.tracing.v3.CustomTag.Header */
export type CustomTagHeader = {
  readonly name?: string
  readonly defaultValue?: string
}

/** envoy.type.tracing.v3.CustomTag.Literal */
export type CustomTagLiteral = {
  readonly value?: string
}

/** envoy.type.tracing.v3.CustomTag.Metadata */
export type CustomTagMetadata = {
  readonly kind?: MetadataKind
  readonly metadataKey?: MetadataKey
  readonly defaultValue?: string
}

/** envoy.type.v3.DoubleRange */
export type DoubleRange = {
  readonly start?: number | string
  readonly end?: number | string
}

/** envoy.type.v3.FractionalPercent */
export type FractionalPercent = {
  readonly numerator?: number
  readonly denominator?: FractionalPercentDenominatorType
}

/** envoy.type.v3.HashPolicy */
export type HashPolicy = {
  readonly sourceIp?: HashPolicySourceIp
  readonly filterState?: HashPolicyFilterState
}

/** envoy.type.v3.HashPolicy.FilterState */
export type HashPolicyFilterState = {
  readonly key?: string
}

/** envoy.type.v3.HashPolicy.SourceIp */
export type HashPolicySourceIp = Record<string, never>

/** envoy.type.v3.HttpStatus */
export type HttpStatus = {
  readonly code?: StatusCode
}

/** envoy.type.v3.Int32Range */
export type Int32Range = {
  readonly start?: number
  readonly end?: number
}

/** envoy.type.v3.Int64Range */
export type Int64Range = {
  readonly start?: number | string
  readonly end?: number | string
}

/** envoy.type.v3.Percent */
export type Percent = {
  readonly value?: number | string
}

/** envoy.type.v3.SemanticVersion */
export type SemanticVersion = {
  readonly majorNumber?: number
  readonly minorNumber?: number
  readonly patch?: number
}

/** envoy.type.v3.TokenBucket */
export type TokenBucket = {
  readonly maxTokens?: number
  readonly tokensPerFill?: number
  readonly fillInterval?: string
}

/** google.api.expr.v1alpha1.CheckedExpr */
export type CheckedExpr = {
  readonly referenceMap?: { readonly [key: string]: Reference }
  readonly typeMap?: { readonly [key: string]: Type }
  readonly expr?: Expr
  readonly sourceInfo?: SourceInfo
  readonly exprVersion?: string
}

/** google.api.expr.v1alpha1.Constant */
export type Constant = {
  readonly nullValue?: NullValue
  readonly boolValue?: boolean
  readonly int64Value?: number | string
  readonly uint64Value?: number | string
  readonly doubleValue?: number | string
  readonly stringValue?: string
  readonly bytesValue?: string
  /** @deprecated */
  readonly durationValue?: string
  /** @deprecated */
  readonly timestampValue?: string
}

/** google.api.expr.v1alpha1.Expr */
export type Expr = {
  readonly id?: number | string
  readonly constExpr?: Constant
  readonly identExpr?: ExprIdent
  readonly selectExpr?: ExprSelect
  readonly callExpr?: ExprCall
  readonly listExpr?: ExprCreateList
  readonly structExpr?: ExprCreateStruct
  readonly comprehensionExpr?: ExprComprehension
}

/** google.api.expr.v1alpha1.Expr.Call */
export type ExprCall = {
  readonly target?: Expr
  readonly function?: string
  readonly args?: readonly Expr[]
}

/** google.api.expr.v1alpha1.Expr.Comprehension */
export type ExprComprehension = {
  readonly iterVar?: string
  readonly iterRange?: Expr
  readonly accuVar?: string
  readonly accuInit?: Expr
  readonly loopCondition?: Expr
  readonly loopStep?: Expr
  readonly result?: Expr
  readonly iterVar2?: string
}

/** google.api.expr.v1alpha1.Expr.CreateList */
export type ExprCreateList = {
  readonly elements?: readonly Expr[]
  readonly optionalIndices?: readonly number[]
}

/** google.api.expr.v1alpha1.Expr.CreateStruct */
export type ExprCreateStruct = {
  readonly messageName?: string
  readonly entries?: readonly ExprCreateStructEntry[]
}

/** google.api.expr.v1alpha1.Expr.CreateStruct.Entry */
export type ExprCreateStructEntry = {
  readonly id?: number | string
  readonly fieldKey?: string
  readonly mapKey?: Expr
  readonly value?: Expr
  readonly optionalEntry?: boolean
}

/** google.api.expr.v1alpha1.Expr.Ident */
export type ExprIdent = {
  readonly name?: string
}

/** google.api.expr.v1alpha1.Expr.Select */
export type ExprSelect = {
  readonly operand?: Expr
  readonly field?: string
  readonly testOnly?: boolean
}

/** google.api.expr.v1alpha1.Reference */
export type Reference = {
  readonly name?: string
  readonly overloadId?: readonly string[]
  readonly value?: Constant
}

/** google.api.expr.v1alpha1.SourceInfo */
export type SourceInfo = {
  readonly syntaxVersion?: string
  readonly location?: string
  readonly lineOffsets?: readonly number[]
  readonly positions?: { readonly [key: string]: number }
  readonly macroCalls?: { readonly [key: string]: Expr }
  readonly extensions?: readonly SourceInfoExtension[]
}

/** google.api.expr.v1alpha1.SourceInfo.Extension */
export type SourceInfoExtension = {
  readonly id?: string
  readonly affectedComponents?: readonly SourceInfoExtensionComponent[]
  readonly version?: SourceInfoExtensionVersion
}

/** google.api.expr.v1alpha1.SourceInfo.Extension.Version */
export type SourceInfoExtensionVersion = {
  readonly major?: number | string
  readonly minor?: number | string
}

/** google.api.expr.v1alpha1.Type */
export type Type = {
  readonly dyn?: Empty
  readonly null?: NullValue
  readonly primitive?: TypePrimitiveType
  readonly wrapper?: TypePrimitiveType
  readonly wellKnown?: TypeWellKnownType
  readonly listType?: TypeListType
  readonly mapType?: TypeMapType
  readonly function?: TypeFunctionType
  readonly messageType?: string
  readonly typeParam?: string
  readonly type?: Type
  readonly error?: Empty
  readonly abstractType?: TypeAbstractType
}

/** google.api.expr.v1alpha1.Type.AbstractType */
export type TypeAbstractType = {
  readonly name?: string
  readonly parameterTypes?: readonly Type[]
}

/** google.api.expr.v1alpha1.Type.FunctionType */
export type TypeFunctionType = {
  readonly resultType?: Type
  readonly argTypes?: readonly Type[]
}

/** google.api.expr.v1alpha1.Type.ListType */
export type TypeListType = {
  readonly elemType?: Type
}

/** google.api.expr.v1alpha1.Type.MapType */
export type TypeMapType = {
  readonly keyType?: Type
  readonly valueType?: Type
}

/** google.protobuf.Empty */
export type Empty = Record<string, never>

/** xds.core.v3.Authority */
export type Authority = {
  readonly name?: string
}

/** xds.core.v3.CidrRange */
export type CoreCidrRange = {
  readonly addressPrefix?: string
  readonly prefixLen?: number
}

/** xds.core.v3.ContextParams */
export type ContextParams = {
  readonly params?: { readonly [key: string]: string }
}

/** xds.core.v3.TypedExtensionConfig */
export type CoreTypedExtensionConfig = {
  readonly name?: string
  readonly typedConfig?: AnyMessage
}

/** xds.type.matcher.v3.Matcher */
export type Matcher = {
  readonly matcherList?: MatcherMatcherList
  readonly matcherTree?: MatcherMatcherTree
  readonly onNoMatch?: MatcherOnMatch
}

/** xds.type.matcher.v3.Matcher.MatcherList */
export type MatcherMatcherList = {
  readonly matchers?: readonly MatcherMatcherListFieldMatcher[]
}

/** xds.type.matcher.v3.Matcher.MatcherList.FieldMatcher */
export type MatcherMatcherListFieldMatcher = {
  readonly predicate?: MatcherMatcherListPredicate
  readonly onMatch?: MatcherOnMatch
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate */
export type MatcherMatcherListPredicate = {
  readonly singlePredicate?: MatcherMatcherListPredicateSinglePredicate
  readonly orMatcher?: MatcherMatcherListPredicatePredicateList
  readonly andMatcher?: MatcherMatcherListPredicatePredicateList
  readonly notMatcher?: MatcherMatcherListPredicate
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.PredicateList */
export type MatcherMatcherListPredicatePredicateList = {
  readonly predicate?: readonly MatcherMatcherListPredicate[]
}

/** xds.type.matcher.v3.Matcher.MatcherList.Predicate.SinglePredicate */
export type MatcherMatcherListPredicateSinglePredicate = {
  readonly input?: CoreTypedExtensionConfig
  readonly valueMatch?: MatcherStringMatcher
  readonly customMatch?: CoreTypedExtensionConfig
}

/** xds.type.matcher.v3.Matcher.MatcherTree */
export type MatcherMatcherTree = {
  readonly input?: CoreTypedExtensionConfig
  readonly exactMatchMap?: MatcherMatcherTreeMatchMap
  readonly prefixMatchMap?: MatcherMatcherTreeMatchMap
  readonly customMatch?: CoreTypedExtensionConfig
}

/** xds.type.matcher.v3.Matcher.MatcherTree.MatchMap */
export type MatcherMatcherTreeMatchMap = {
  readonly map?: { readonly [key: string]: MatcherOnMatch }
}

/** xds.type.matcher.v3.Matcher.OnMatch */
export type MatcherOnMatch = {
  readonly matcher?: Matcher
  readonly action?: CoreTypedExtensionConfig
  readonly keepMatching?: boolean
}

/** xds.type.matcher.v3.RegexMatcher */
export type MatcherRegexMatcher = {
  readonly googleRe2?: MatcherRegexMatcherGoogleRE2
  readonly regex?: string
}

/** xds.type.matcher.v3.RegexMatcher.GoogleRE2 */
export type MatcherRegexMatcherGoogleRE2 = Record<string, never>

/** xds.type.matcher.v3.StringMatcher */
export type MatcherStringMatcher = {
  readonly exact?: string
  readonly prefix?: string
  readonly suffix?: string
  readonly safeRegex?: MatcherRegexMatcher
  readonly ignoreCase?: boolean
  readonly contains?: string
  readonly custom?: CoreTypedExtensionConfig
}

/** envoy.config.accesslog.v3.ComparisonFilter.Op */
export type ComparisonFilterOp = 'EQ' | 'GE' | 'LE' | 'NE'

/** envoy.config.accesslog.v3.GrpcStatusFilter.Status */
export type GrpcStatusFilterStatus = 'OK' | 'CANCELED' | 'UNKNOWN' | 'INVALID_ARGUMENT' | 'DEADLINE_EXCEEDED' | 'NOT_FOUND' | 'ALREADY_EXISTS' | 'PERMISSION_DENIED' | 'RESOURCE_EXHAUSTED' | 'FAILED_PRECONDITION' | 'ABORTED' | 'OUT_OF_RANGE' | 'UNIMPLEMENTED' | 'INTERNAL' | 'UNAVAILABLE' | 'DATA_LOSS' | 'UNAUTHENTICATED'

/** envoy.config.bootstrap.v3.CustomInlineHeader.InlineHeaderType */
export type CustomInlineHeaderInlineHeaderType = 'REQUEST_HEADER' | 'REQUEST_TRAILER' | 'RESPONSE_HEADER' | 'RESPONSE_TRAILER'

/** envoy.config.bootstrap.v3.Watchdog.WatchdogAction.WatchdogEvent */
export type WatchdogWatchdogActionWatchdogEvent = 'UNKNOWN' | 'KILL' | 'MULTIKILL' | 'MEGAMISS' | 'MISS'

/** envoy.config.cluster.v3.Cluster.ClusterProtocolSelection */
export type ClusterClusterProtocolSelection = 'USE_CONFIGURED_PROTOCOL' | 'USE_DOWNSTREAM_PROTOCOL'

/** envoy.config.cluster.v3.Cluster.DiscoveryType */
export type ClusterDiscoveryType = 'STATIC' | 'STRICT_DNS' | 'LOGICAL_DNS' | 'EDS' | 'ORIGINAL_DST'

/** envoy.config.cluster.v3.Cluster.DnsLookupFamily */
export type ClusterDnsLookupFamily = 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL'

/** envoy.config.cluster.v3.Cluster.LbPolicy */
export type ClusterLbPolicy = 'ROUND_ROBIN' | 'LEAST_REQUEST' | 'RING_HASH' | 'RANDOM' | 'MAGLEV' | 'CLUSTER_PROVIDED' | 'LOAD_BALANCING_POLICY_CONFIG'

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetFallbackPolicy */
export type ClusterLbSubsetConfigLbSubsetFallbackPolicy = 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET'

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetMetadataFallbackPolicy */
export type ClusterLbSubsetConfigLbSubsetMetadataFallbackPolicy = 'METADATA_NO_FALLBACK' | 'FALLBACK_LIST'

/** envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector.LbSubsetSelectorFallbackPolicy */
export type ClusterLbSubsetConfigLbSubsetSelectorLbSubsetSelectorFallbackPolicy = 'NOT_DEFINED' | 'NO_FALLBACK' | 'ANY_ENDPOINT' | 'DEFAULT_SUBSET' | 'KEYS_SUBSET'

/** envoy.config.cluster.v3.Cluster.RingHashLbConfig.HashFunction */
export type ClusterRingHashLbConfigHashFunction = 'XX_HASH' | 'MURMUR_HASH_2'

/** envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion */
export type UpstreamConnectionOptionsFirstAddressFamilyVersion = 'DEFAULT' | 'V4' | 'V6' | 'PIPE' | 'INTERNAL'

/** envoy.config.core.v3.ApiConfigSource.ApiType */
export type ApiConfigSourceApiType = 'DEPRECATED_AND_UNAVAILABLE_DO_NOT_USE' | 'REST' | 'GRPC' | 'DELTA_GRPC' | 'AGGREGATED_GRPC' | 'AGGREGATED_DELTA_GRPC'

/** envoy.config.core.v3.ApiVersion */
export type ApiVersion = 'AUTO' | 'V2' | 'V3'

/** envoy.config.core.v3.HeaderValueOption.HeaderAppendAction */
export type HeaderValueOptionHeaderAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS'

/** envoy.config.core.v3.HealthStatus */
export type HealthStatus = 'UNKNOWN' | 'HEALTHY' | 'UNHEALTHY' | 'DRAINING' | 'TIMEOUT' | 'DEGRADED'

/** envoy.config.core.v3.HttpProtocolOptions.HeadersWithUnderscoresAction */
export type HttpProtocolOptionsHeadersWithUnderscoresAction = 'ALLOW' | 'REJECT_REQUEST' | 'DROP_HEADER'

/** envoy.config.core.v3.KeyValueAppend.KeyValueAppendAction */
export type KeyValueAppendKeyValueAppendAction = 'APPEND_IF_EXISTS_OR_ADD' | 'ADD_IF_ABSENT' | 'OVERWRITE_IF_EXISTS_OR_ADD' | 'OVERWRITE_IF_EXISTS'

/** envoy.config.core.v3.ProxyProtocolConfig.Version */
export type ProxyProtocolConfigVersion = 'V1' | 'V2'

/** envoy.config.core.v3.ProxyProtocolPassThroughTLVs.PassTLVsMatchType */
export type ProxyProtocolPassThroughTLVsPassTLVsMatchType = 'INCLUDE_ALL' | 'INCLUDE'

/** envoy.config.core.v3.RequestMethod */
export type RequestMethod = 'METHOD_UNSPECIFIED' | 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH'

/** envoy.config.core.v3.RoutingPriority */
export type RoutingPriority = 'DEFAULT' | 'HIGH'

/** envoy.config.core.v3.SocketAddress.Protocol */
export type SocketAddressProtocol = 'TCP' | 'UDP'

/** envoy.config.core.v3.SocketOption.SocketIpVersion */
export type SocketOptionSocketIpVersion = 'SOCKET_IP_VERSION_UNSPECIFIED' | 'SOCKET_IP_VERSION_IPV4' | 'SOCKET_IP_VERSION_IPV6'

/** envoy.config.core.v3.SocketOption.SocketState */
export type SocketOptionSocketState = 'STATE_PREBIND' | 'STATE_BOUND' | 'STATE_LISTENING'

/** envoy.config.core.v3.TrafficDirection */
export type TrafficDirection = 'UNSPECIFIED' | 'INBOUND' | 'OUTBOUND'

/** envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType */
export type FilterChainMatchConnectionSourceType = 'ANY' | 'SAME_IP_OR_LOOPBACK' | 'EXTERNAL'

/** envoy.config.listener.v3.Listener.DrainType */
export type ListenerDrainType = 'DEFAULT' | 'MODIFY_ONLY'

/** envoy.config.rbac.v3.MetadataSource */
export type MetadataSource = 'DYNAMIC' | 'ROUTE'

/** envoy.config.rbac.v3.RBAC.Action */
export type RBACAction = 'ALLOW' | 'DENY' | 'LOG'

/** envoy.config.rbac.v3.RBAC.AuditLoggingOptions.AuditCondition */
export type RBACAuditLoggingOptionsAuditCondition = 'NONE' | 'ON_DENY' | 'ON_ALLOW' | 'ON_DENY_AND_ALLOW'

/** envoy.config.route.v3.RateLimit.Action.MetaData.Source */
export type RateLimitActionMetaDataSource = 'DYNAMIC' | 'ROUTE_ENTRY' | 'CLUSTER_ENTRY' | 'CLUSTER_LOCALITY_ENTRY'

/** envoy.config.route.v3.RateLimit.XRateLimitOption */
export type RateLimitXRateLimitOption = 'UNSPECIFIED' | 'OFF' | 'DRAFT_VERSION_03'

/** envoy.config.route.v3.RedirectAction.RedirectResponseCode */
export type RedirectActionRedirectResponseCode = 'MOVED_PERMANENTLY' | 'FOUND' | 'SEE_OTHER' | 'TEMPORARY_REDIRECT' | 'PERMANENT_REDIRECT'

/** envoy.config.route.v3.RetryPolicy.ResetHeaderFormat */
export type RetryPolicyResetHeaderFormat = 'SECONDS' | 'UNIX_TIMESTAMP'

/** envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode */
export type RouteActionClusterNotFoundResponseCode = 'SERVICE_UNAVAILABLE' | 'NOT_FOUND' | 'INTERNAL_SERVER_ERROR'

/** envoy.config.route.v3.RouteAction.InternalRedirectAction */
export type RouteActionInternalRedirectAction = 'PASS_THROUGH_INTERNAL_REDIRECT' | 'HANDLE_INTERNAL_REDIRECT'

/** envoy.config.route.v3.VirtualHost.TlsRequirementType */
export type VirtualHostTlsRequirementType = 'NONE' | 'EXTERNAL_ONLY' | 'ALL'

/** envoy.data.accesslog.v3.AccessLogType */
export type AccessLogType = 'NotSet' | 'TcpUpstreamConnected' | 'TcpPeriodic' | 'TcpConnectionStart' | 'TcpConnectionEnd' | 'DownstreamStart' | 'DownstreamPeriodic' | 'DownstreamEnd' | 'UpstreamPoolReady' | 'UpstreamPeriodic' | 'UpstreamEnd' | 'DownstreamTunnelSuccessfullyEstablished' | 'UdpTunnelUpstreamConnected' | 'UdpPeriodic' | 'UdpSessionEnd'

/** envoy.extensions.clusters.common.dns.v3.DnsLookupFamily */
export type DnsLookupFamily = 'UNSPECIFIED' | 'AUTO' | 'V4_ONLY' | 'V6_ONLY' | 'V4_PREFERRED' | 'ALL'

/** envoy.extensions.common.ratelimit.v3.VhRateLimitsOptions */
export type VhRateLimitsOptions = 'OVERRIDE' | 'INCLUDE' | 'IGNORE'

/** envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion */
export type XRateLimitHeadersRFCVersion = 'OFF' | 'DRAFT_VERSION_03'

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.KeyValuePair.ValueStringEncoding */
export type ProxyProtocolKeyValuePairValueStringEncoding = 'UNSPECIFIED' | 'SANITIZED_UTF8' | 'BASE64'

/** envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol.TlvLocation */
export type ProxyProtocolTlvLocation = 'DYNAMIC_METADATA' | 'FILTER_STATE'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.CodecType */
export type HttpConnectionManagerCodecType = 'AUTO' | 'HTTP1' | 'HTTP2' | 'HTTP3'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertDetails */
export type HttpConnectionManagerForwardClientCertDetails = 'SANITIZE' | 'FORWARD_ONLY' | 'APPEND_FORWARD' | 'SANITIZE_SET' | 'ALWAYS_FORWARD_ONLY'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertFormat */
export type HttpConnectionManagerForwardClientCertFormat = 'TEXT' | 'JSON'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.PathWithEscapedSlashesAction */
export type HttpConnectionManagerPathWithEscapedSlashesAction = 'IMPLEMENTATION_SPECIFIC_DEFAULT' | 'KEEP_UNCHANGED' | 'REJECT_REQUEST' | 'UNESCAPE_AND_REDIRECT' | 'UNESCAPE_AND_FORWARD'

/** envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ServerHeaderTransformation */
export type HttpConnectionManagerServerHeaderTransformation = 'OVERWRITE' | 'APPEND_IF_ABSENT' | 'PASS_THROUGH'

/** envoy.extensions.filters.network.tcp_proxy.v3.ProxyProtocolTlvMergePolicy */
export type ProxyProtocolTlvMergePolicy = 'ADD_IF_ABSENT' | 'OVERWRITE_BY_TYPE_IF_EXISTS_OR_ADD' | 'APPEND_IF_EXISTS_OR_ADD'

/** envoy.extensions.filters.network.tcp_proxy.v3.UpstreamConnectMode */
export type UpstreamConnectMode = 'IMMEDIATE' | 'ON_DOWNSTREAM_DATA' | 'ON_DOWNSTREAM_TLS_HANDSHAKE'

/** envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.ZoneAwareLbConfig.LocalityBasis */
export type LocalityLbConfigZoneAwareLbConfigLocalityBasis = 'HEALTHY_HOSTS_NUM' | 'HEALTHY_HOSTS_WEIGHT'

/** envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest.SelectionMethod */
export type LeastRequestSelectionMethod = 'N_CHOICES' | 'FULL_SCAN'

/** envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext.TrustChainVerification */
export type CertificateValidationContextTrustChainVerification = 'VERIFY_TRUST_CHAIN' | 'ACCEPT_UNTRUSTED'

/** envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext.OcspStaplePolicy */
export type DownstreamTlsContextOcspStaplePolicy = 'LENIENT_STAPLING' | 'STRICT_STAPLING' | 'MUST_STAPLE'

/** envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType */
export type SubjectAltNameMatcherSanType = 'SAN_TYPE_UNSPECIFIED' | 'EMAIL' | 'DNS' | 'URI' | 'IP_ADDRESS' | 'OTHER_NAME'

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.CompliancePolicy */
export type TlsParametersCompliancePolicy = 'FIPS_202205' | 'CNSA2_202603' | 'CNSA1_202603'

/** envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol */
export type TlsParametersTlsProtocol = 'TLS_AUTO' | 'TLSv1_0' | 'TLSv1_1' | 'TLSv1_2' | 'TLSv1_3'

/** envoy.type.tracing.v3.CustomTag.ValueType */
export type CustomTagValueType = 'UNSPECIFIED' | 'STRING' | 'INT' | 'DOUBLE' | 'BOOL'

/** envoy.type.v3.CodecClientType */
export type CodecClientType = 'HTTP1' | 'HTTP2' | 'HTTP3'

/** envoy.type.v3.FractionalPercent.DenominatorType */
export type FractionalPercentDenominatorType = 'HUNDRED' | 'TEN_THOUSAND' | 'MILLION'

/** envoy.type.v3.RateLimitUnit */
export type RateLimitUnit = 'UNKNOWN' | 'SECOND' | 'MINUTE' | 'HOUR' | 'DAY' | 'MONTH' | 'YEAR'

/** envoy.type.v3.StatusCode */
export type StatusCode = 'Empty' | 'Continue' | 'OK' | 'Created' | 'Accepted' | 'NonAuthoritativeInformation' | 'NoContent' | 'ResetContent' | 'PartialContent' | 'MultiStatus' | 'AlreadyReported' | 'IMUsed' | 'MultipleChoices' | 'MovedPermanently' | 'Found' | 'SeeOther' | 'NotModified' | 'UseProxy' | 'TemporaryRedirect' | 'PermanentRedirect' | 'BadRequest' | 'Unauthorized' | 'PaymentRequired' | 'Forbidden' | 'NotFound' | 'MethodNotAllowed' | 'NotAcceptable' | 'ProxyAuthenticationRequired' | 'RequestTimeout' | 'Conflict' | 'Gone' | 'LengthRequired' | 'PreconditionFailed' | 'PayloadTooLarge' | 'URITooLong' | 'UnsupportedMediaType' | 'RangeNotSatisfiable' | 'ExpectationFailed' | 'MisdirectedRequest' | 'UnprocessableEntity' | 'Locked' | 'FailedDependency' | 'UpgradeRequired' | 'PreconditionRequired' | 'TooManyRequests' | 'RequestHeaderFieldsTooLarge' | 'InternalServerError' | 'NotImplemented' | 'BadGateway' | 'ServiceUnavailable' | 'GatewayTimeout' | 'HTTPVersionNotSupported' | 'VariantAlsoNegotiates' | 'InsufficientStorage' | 'LoopDetected' | 'NotExtended' | 'NetworkAuthenticationRequired'

/** google.api.expr.v1alpha1.SourceInfo.Extension.Component */
export type SourceInfoExtensionComponent = 'COMPONENT_UNSPECIFIED' | 'COMPONENT_PARSER' | 'COMPONENT_TYPE_CHECKER' | 'COMPONENT_RUNTIME'

/** google.api.expr.v1alpha1.Type.PrimitiveType */
export type TypePrimitiveType = 'PRIMITIVE_TYPE_UNSPECIFIED' | 'BOOL' | 'INT64' | 'UINT64' | 'DOUBLE' | 'STRING' | 'BYTES'

/** google.api.expr.v1alpha1.Type.WellKnownType */
export type TypeWellKnownType = 'WELL_KNOWN_TYPE_UNSPECIFIED' | 'ANY' | 'TIMESTAMP' | 'DURATION'

/** google.protobuf.NullValue */
export type NullValue = null

/** The messages by their full names: what may stand in an Any beside its type URL. */
export interface MessagesByName {
  readonly 'envoy.config.listener.v3.Listener': Listener
  readonly 'envoy.config.route.v3.RouteConfiguration': RouteConfiguration
  readonly 'envoy.config.cluster.v3.Cluster': Cluster
  readonly 'envoy.config.endpoint.v3.ClusterLoadAssignment': ClusterLoadAssignment
  readonly 'envoy.extensions.transport_sockets.tls.v3.Secret': Secret
  readonly 'envoy.service.runtime.v3.Runtime': Runtime
  readonly 'envoy.config.core.v3.TypedExtensionConfig': TypedExtensionConfig
  readonly 'envoy.config.bootstrap.v3.Bootstrap': Bootstrap
  readonly 'envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager': HttpConnectionManager
  readonly 'envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy': TcpProxy
  readonly 'envoy.extensions.filters.http.router.v3.Router': Router
  readonly 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': HttpProtocolOptions
  readonly 'envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig': HttpGrpcAccessLogConfig
  readonly 'envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext': UpstreamTlsContext
  readonly 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext': DownstreamTlsContext
  readonly 'envoy.extensions.filters.http.header_mutation.v3.HeaderMutation': HttpHeaderMutationHeaderMutation
  readonly 'envoy.extensions.filters.http.fault.v3.HTTPFault': HTTPFault
  readonly 'envoy.extensions.filters.http.stateful_session.v3.StatefulSession': StatefulSession
  readonly 'envoy.extensions.filters.http.buffer.v3.Buffer': Buffer
  readonly 'envoy.extensions.filters.http.buffer.v3.BufferPerRoute': BufferPerRoute
  readonly 'envoy.extensions.filters.http.cors.v3.Cors': Cors
  readonly 'envoy.extensions.filters.http.cors.v3.CorsPolicy': CorsPolicy
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication': JwtAuthentication
  readonly 'envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig': PerRouteConfig
  readonly 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit': LocalRateLimit
  readonly 'envoy.extensions.filters.http.rbac.v3.RBAC': RBAC
  readonly 'envoy.extensions.filters.http.rbac.v3.RBACPerRoute': RBACPerRoute
  readonly 'envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol': ProxyProtocol
  readonly 'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector': TlsInspector
  readonly 'envoy.extensions.access_loggers.stream.v3.StdoutAccessLog': StdoutAccessLog
  readonly 'envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport': QuicDownstreamTransport
  readonly 'envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation': EarlyHeaderMutationHeaderMutationHeaderMutation
  readonly 'envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig': UuidRequestIdConfig
  readonly 'envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate': PreviousHostsPredicate
  readonly 'envoy.extensions.clusters.dns.v3.DnsCluster': DnsCluster
  readonly 'envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig': CaresDnsResolverConfig
  readonly 'envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin': RoundRobin
  readonly 'envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest': LeastRequest
  readonly 'envoy.extensions.load_balancing_policies.random.v3.Random': Random
}

/** Directives of services that no stanza stands for, by the reason. */

export const SANDBOX = `
  ProtectSystem ProtectHome ProtectKernelTunables ProtectKernelModules ProtectKernelLogs ProtectControlGroups
  ProtectClock ProtectHostname ProtectProc ProcSubset PrivateTmp PrivateDevices PrivateNetwork PrivateUsers
  PrivateMounts PrivateIPC NoNewPrivileges RestrictAddressFamilies RestrictNamespaces RestrictRealtime
  RestrictSUIDSGID RestrictFileSystems LockPersonality MemoryDenyWriteExecute SystemCallFilter
  SystemCallArchitectures SystemCallErrorNumber SystemCallLog CapabilityBoundingSet AmbientCapabilities
  SecureBits KeyringMode ReadWritePaths ReadOnlyPaths InaccessiblePaths ExecPaths NoExecPaths
  ReadWriteDirectories ReadOnlyDirectories InaccessibleDirectories TemporaryFileSystem BindPaths
  BindReadOnlyPaths MountFlags MountAPIVFS RemoveIPC DynamicUser SELinuxContext SmackProcessLabel
  NetworkNamespacePath RootImage RootImageOptions ExtensionImages LoadCredential LoadCredentialEncrypted
  SetCredential CapabilityBoundingSets Personality`;
export const RESOURCES = `
  Slice Delegate CPUAccounting CPUQuota CPUQuotaPeriodSec CPUWeight CPUShares StartupCPUWeight AllowedCPUs
  AllowedMemoryNodes MemoryAccounting MemoryMin MemoryLow MemoryHigh MemoryMax MemoryLimit MemorySwapMax
  TasksAccounting TasksMax IOAccounting IOWeight IODeviceWeight IOReadBandwidthMax IOWriteBandwidthMax
  BlockIOWeight IPAccounting IPAddressAllow IPAddressDeny IPIngressFilterPath DevicePolicy DeviceAllow
  ManagedOOMSwap ManagedOOMMemoryPressure ManagedOOMPreference DisableControllers OOMPolicy`;
export const SCHEDULING = `
  CPUSchedulingPolicy CPUSchedulingPriority CPUSchedulingResetOnFork CPUAffinity NUMAPolicy IOSchedulingClass
  IOSchedulingPriority TimerSlackNSec CoredumpFilter UtmpIdentifier UtmpMode PAMName SupplementaryGroups
  SetLoginEnvironment`;

/** Abilities that supervisors of earlier versions lack. */
export interface SupervisorAbilities {
  /** Standing orders. */
  takesOrders: boolean;
  /** BEGUN. */
  hearsBegun: boolean;
  /** RECOVERED. */
  hearsRecovered: boolean;
  /** FIND_PEER. */
  findsPeers: boolean;
  /** LOOK and KEEP_FILES. */
  takesFiles: boolean;
  /** `notify` and `descriptor` of SPAWN. */
  takesMessages: boolean;
  /** `address` of FIND_PEER. */
  connectsSockets: boolean;
  /** LISTEN, `file` of LOOK and `filesFrom` of SPAWN. */
  listens: boolean;
  /** DEADLINE. */
  keepsDeadlines: boolean;
  /** `wholeGroup` of SPAWN. */
  endsGroups: boolean;
}

/** Those of today's. */
export const ALL_ABILITIES: SupervisorAbilities = {
  ...{ takesOrders: true, hearsBegun: true, hearsRecovered: true },
  ...{ findsPeers: true, takesFiles: true, takesMessages: true, connectsSockets: true, listens: true },
  keepsDeadlines: true,
  endsGroups: true,
};

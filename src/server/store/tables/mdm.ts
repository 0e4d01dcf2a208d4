export interface MdmTables {
  /** Devices of inventories by the id their vendor gives them. `told` holds the members last told, as JSON. */
  mdm_devices: {
    tenant_id: string;
    provider: string;
    device_id: string;
    endpoint_id: string;
    told: string;
    /** The sync that saw it last. */
    job_id: string;
    /** Set once a whole inventory came without it. */
    missing_since: number | null;
  };
}

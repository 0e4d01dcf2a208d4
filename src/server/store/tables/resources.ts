export interface ResourceTables {
  /** One document per resource of a small family; `kind` names the family. `secrets` is never part of a reply. */
  resources: {
    tenant_id: string;
    kind: string;
    id: string;
    document: string;
    secrets: string;
    created_at: number;
    updated_at: number;
  };
}

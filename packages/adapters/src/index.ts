export type { Backend } from './backend.ts'
export { ofTenant } from './of-tenant.ts'
export { listTenants } from './tenant-registry.ts'

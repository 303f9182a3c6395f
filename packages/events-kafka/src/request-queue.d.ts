declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The client's queue of requests on one connection, as far as it concerns us. */
  export default class RequestQueue {
    readonly pending: readonly unknown[]
    scheduleCheckPendingRequests(): void
  }
}

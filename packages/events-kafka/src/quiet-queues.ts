/// <reference path="./request-queue.d.ts" />
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'

const { prototype } = RequestQueue
const schedule = prototype.scheduleCheckPendingRequests

/**
 * Keeps idle connections still. The client looks into each queue of waiting requests a thousand times a second, also when nothing
 * waits; what comes to wait makes it look by itself. May be called again.
 */
export function quietQueues(): void {
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0) schedule.call(this)
  }
}

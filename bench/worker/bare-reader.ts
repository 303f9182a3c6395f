// Reads a topic as the guide of kafkajs does, and parses what it reads: `bare-reader.ts <broker> <topic> <group>`.
import kafkajs from 'kafkajs'

const [broker = '', topic = '', groupId = ''] = process.argv.slice(2)
const kafka = new kafkajs.Kafka({ brokers: [broker], logLevel: kafkajs.logLevel.NOTHING })
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 500 })
let read = 0
await consumer.connect()
await consumer.subscribe({ topic, fromBeginning: true })
await consumer.run({
  eachBatch: async ({ batch }) => {
    for (const { value } of batch.messages) if (JSON.parse(String(value))) read++
  },
})
console.log(`reading ${topic} from ${read}`)

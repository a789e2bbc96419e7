/** What the queue takes of others: a program of its own, loaded by load-libraries.ts where a queue is used. */
export { FlowProducer, Queue, QueueEvents, WaitingError, Worker } from "bullmq";
export { Redis } from "ioredis";

export * from '../../tools/samples/events'

export * from '../../tools/samples/envelopes'

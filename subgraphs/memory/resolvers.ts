import type { Resolvers } from './schema.generated.ts';
import { contextsOfWorkflow, conversations, interactions, receipts, stats, turnsOf } from './service/browse.ts';
import { forget } from './service/forget.ts';
import { matchInteractions, matchPatterns, relevantContext } from './service/search.ts';
import { recordInteraction, storeContext, storePattern } from './service/store.ts';

const userOf = ({ userId }: { readonly userId: string }) => ({ id: userId });

export const resolvers: Resolvers = {
  Query: {
    conversation: (_, { id }, ctx) => ctx.loaders.conversationByKey.load(id),
    conversations: (_, page, ctx) => conversations(ctx, page),
    relevantContext: (_, args, ctx) => relevantContext(ctx, args),
    matchPatterns: (_, args, ctx) => matchPatterns(ctx, args),
    matchInteractions: (_, args, ctx) => matchInteractions(ctx, args),
    userInteractions: (_, page, ctx) => interactions(ctx, page),
    memoryStats: (_, _args, ctx) => stats(ctx),
    erasureReceipts: (_, page, ctx) => receipts(ctx, page),
  },
  Mutation: {
    storeContext: async (_, { input }, ctx) => ({ context: await storeContext(ctx, input) }),
    storePattern: async (_, { input }, ctx) => ({ pattern: await storePattern(ctx, input) }),
    recordInteraction: async (_, { input }, ctx) => ({ interaction: await recordInteraction(ctx, input) }),
    forget: async (_, { input }, ctx) => ({ receipt: await forget(ctx, input) }),
  },
  Conversation: {
    __resolveReference: ({ id }, ctx) => ctx.loaders.conversationByKey.load(id),
    id: ({ key }) => key,
    user: userOf,
    contexts: (conversation, page, ctx) => turnsOf(ctx, conversation, page),
  },
  ConversationContext: {
    __resolveReference: ({ id }, ctx) => ctx.loaders.contextById.load(id),
    conversationId: ({ conversation }) => conversation.key,
    user: userOf,
    workflow: ({ workflowId }) => (workflowId === null ? null : { id: workflowId }),
  },
  WorkflowPattern: {
    __resolveReference: ({ id }, ctx) => ctx.loaders.patternById.load(id),
    userPreference: ({ userId, userPreference }, _, ctx) => (userId === ctx.viewer.userId ? userPreference : null),
    user: userOf,
  },
  UserInteraction: {
    __resolveReference: ({ id }, ctx) => ctx.loaders.interactionById.load(id),
    contextTags: ({ contextTags }) => [...contextTags],
    user: userOf,
  },
  RelevantContext: { context: ({ row }) => row },
  PatternMatch: { pattern: ({ row }) => row },
  InteractionMatch: { interaction: ({ row }) => row },
  ErasureReceipt: {
    erased: ({ contexts, patterns, interactions: recorded }) => contexts + patterns + recorded,
    user: userOf,
    erasedBy: ({ erasedBy }) => ({ id: erasedBy }),
  },
  Workflow: {
    __resolveReference: ({ id }) => ({ id }),
    conversationContexts: ({ id }, page, ctx) => contextsOfWorkflow(ctx, id, page),
  },
};

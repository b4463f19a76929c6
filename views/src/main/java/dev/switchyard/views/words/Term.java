package dev.switchyard.views.words;

/** A word of the field, with its meaning and formula. */
public enum Term {
  SWITCH_LAYER(
      "Switch layer",
      "A feed-forward layer with several experts, of which each token uses exactly one.",
      "y = p_e(x) · E_e(x),  e = argmax p(x)"),
  EXPERT(
      "Expert",
      "One of the N feed-forward networks of a Switch layer. It computes only for the tokens that"
          + " the router sends to it.",
      "E_i(x),  i = 0 … N−1"),
  ROUTER(
      "Router",
      "A small matrix that gives each token a probability for every expert. The token goes to the"
          + " most probable one.",
      "p(x) = softmax(W_r · x)"),
  GATE(
      "Gate",
      "The probability of the chosen expert. The expert's output is multiplied by it, which is how"
          + " the router learns.",
      "p_e(x) = max_i p_i(x)"),
  ENTROPY(
      "Entropy of the router",
      "How undecided the router is, in nats. 0: all on one expert; ln N: every expert as probable"
          + " as the others.",
      "H = −Σ_i p_i · ln p_i"),
  RUNNER_UP(
      "Runner-up",
      "The second most probable expert. The token would go there if routing took one more.",
      "argmax over i ≠ e of p_i(x)"),
  CAPACITY(
      "Expert capacity",
      "How many tokens of a group an expert takes. It is fixed beforehand, so that every expert's"
          + " work has the same size.",
      "C = ⌊tokens / N × capacity factor⌋"),
  CAPACITY_FACTOR(
      "Capacity factor",
      "The room at each expert over its fair share of tokens. More room: fewer dropped tokens, more"
          + " memory and computation.",
      "C = ⌊tokens / N × capacity factor⌋"),
  QUEUE(
      "Place in the queue",
      "Tokens take their places at an expert in the order of the text. The first C are kept.",
      "kept  ⇔  place ≤ C"),
  DROPPED(
      "Dropped token",
      "A token whose expert was full. The layer adds nothing to it; the token goes on by the"
          + " residual connection.",
      "place > C  ⇒  y = 0"),
  LOAD(
      "Load",
      "Tokens that asked for an expert over its fair share, before the capacity limit. 1 is fair,"
          + " 0 is a dead expert.",
      "load_i = N · tokens_i / tokens"),
  CROWDING(
      "Crowding",
      "The load of the most crowded expert, over all Switch layers. 1 would be perfect balance.",
      "max_i load_i"),
  LOAD_BALANCING_LOSS(
      "Load-balancing loss",
      "Pushes the router to spread tokens evenly. f_i is the share of tokens sent to expert i, P_i"
          + " the mean probability it got. 1 is balanced.",
      "N · Σ_i f_i · P_i      (in the loss: × α, one for each layer)"),
  Z_LOSS(
      "Router z-loss",
      "Keeps the router's logits small, which keeps training in low precision stable.",
      "mean over tokens of (ln Σ_i e^h_i)²"),
  CROSS_ENTROPY(
      "Cross entropy",
      "How surprised the model is by the right next token, in nats a token. Lower is better.",
      "−mean of ln p(target)"),
  HELD_OUT(
      "Held-out cross entropy",
      "The cross entropy on text that the model is not trained on, measured every so many steps.",
      "−mean of ln p(target) on held-out batches"),
  LOSS(
      "Loss",
      "What training makes smaller: the cross entropy, and the weighted losses of routers and"
          + " output.",
      "cross entropy + α · Σ load-balancing + weighted z-losses"),
  OUTPUT_Z_LOSS(
      "Output z-loss",
      "Keeps the logits of the vocabulary small, as the router's z-loss does the router's.",
      "mean over tokens of (ln Σ_v e^logit_v)²"),
  DROPPED_SHARE(
      "Dropped tokens",
      "The share of routed tokens whose expert was full. They go on by the residual connection.",
      "tokens dropped / tokens routed, all Switch layers"),
  GRADIENT_NORM(
      "Gradient norm",
      "The length of the gradient of all parameters together, before it is clipped. A sudden rise"
          + " often comes before a run fails.",
      "√ Σ g²"),
  LEARNING_RATE("Learning rate", "How far a step goes along what the optimizer proposes.", ""),
  NEGATIVE_LOG_PERPLEXITY(
      "Negative log perplexity",
      "The paper's measure of quality: the cross entropy with its sign turned, so that higher is"
          + " better.",
      "mean of ln p(target)"),
  DENSE_TWIN(
      "Dense twin",
      "The same model with ordinary feed-forward layers. It costs the same FLOPs for each token and"
          + " sees the same batches in the same order.",
      "FLOPs(dense) = FLOPs(Switch)"),
  SPEED_UP_STEPS(
      "Speed-up in steps",
      "How many times fewer steps the Switch model needed to reach the quality that the dense twin"
          + " has now.",
      "steps of the twin / steps of the Switch model"),
  SPEED_UP_TIME(
      "Speed-up in time",
      "The same measured in seconds of each model's own steps, so that the cost of routing counts.",
      "seconds of the twin / seconds of the Switch model"),
  SPEED_UP_RUNS(
      "Speed-up over another run",
      "How many times fewer steps (seconds, tokens, FLOPs) a model needs to the best quality of the"
          + " one it is measured against. Below 1 it is behind: the other comes to this model's"
          + " best so many times sooner. Quality is the smoothed cross entropy of training.",
      "amount of the other / amount of this, at the same quality"),
  TRAINING_FLOPS(
      "FLOPs of training",
      "Floating-point operations: two for each weight that a token meets, forward once and backward"
          + " twice. Attention's scores are left out, as in the paper. A dense twin has the same"
          + " for each token but for the routers.",
      "tokens × 3 × forward FLOPs a token"),
  SMOOTHING(
      "Smoothing",
      "Means over the steps before, whose weight fades with distance; the faint line behind is raw."
          + " The window is as many steps for every run.",
      "weight = e^(−steps back / window)"),
  EXACT_MATCH(
      "Exact match",
      "The share of held-out pairs whose target the model writes word for word; in brackets the"
          + " dense twin's.",
      "pairs answered right / pairs"),
  TOKEN_ACCURACY(
      "Token accuracy",
      "The share of the targets' tokens that the model finds most probable when it has read the"
          + " right ones before.",
      "tokens right / tokens"),
  ROUGE_2(
      "ROUGE-2",
      "How many pairs of neighbouring words a written target shares with the right one.",
      "2 · precision · recall / (precision + recall) of bigrams"),
  LANGUAGE_SPEED_UP(
      "Speed-up over languages",
      "How many times fewer steps the Switch model needed to the dense twin's quality on held-out"
          + " text: the mean over the languages.",
      "mean of steps of the twin / steps of the Switch model"),
  JITTER(
      "Router jitter",
      "The router's input is multiplied by random numbers near 1: in training so that it explores,"
          + " in a what-if to see which tokens stand on the edge.",
      "x · U(1−ε, 1+ε)"),
  SELECTION(
      "Selection",
      "Which tokens go to which experts. Top-1 is the Switch layer's; top-2 and top-k add up"
          + " several experts; no token left behind lets dropped tokens try their next expert;"
          + " batch priority serves high gates first; under expert choice the experts choose.",
      "top-k: the k largest of p(x)"),
  EXPERTS_PER_TOKEN(
      "Experts of a token",
      "How many experts a token asks for, or tries one after the other where none is to be left"
          + " behind. Empty: the rule's own.",
      "k"),
  CAPACITY_RULE(
      "Capacity rule",
      "Whose arithmetic gives the experts' room: Mesh-TensorFlow's (rounded down, a smallest"
          + " capacity), Flaxformer's (rounded), Hugging Face's (fixed for each text), or no"
          + " limit.",
      "C = ⌊tokens / N × capacity factor⌋"),
  SWITCHED_OFF(
      "An expert switched off, or forced",
      "Switched off, an expert is as if it were not there: the router's probabilities are shared"
          + " among the others. Forced, it gets every token, with the gate that the router gives"
          + " it.",
      "off: p_i(x) = softmax over the others"),
  REROUTED(
      "Rerouted tokens",
      "Tokens that another expert keeps than before, tokens that are dropped now and were not, and"
          + " tokens that are kept now and were dropped; all layers together.",
      ""),
  PREDICTION(
      "Predictions",
      "The token that the model finds most probable after each token that it read, and whether it"
          + " is the one that follows in the text.",
      "argmax of p(token_n | token_1 … token_n−1)"),
  POINTWISE_INFORMATION(
      "Pointwise mutual information",
      "How much more often an expert is asked for a token (or a label) than its share of all tokens"
          + " would have it, in nats. 0: as often; 0.7: twice as often.",
      "ln p(token, expert) / (p(token) · p(expert))"),
  MUTUAL_INFORMATION(
      "Mutual information",
      "How much knowing a token's expert says of its label, in nats: 0 says nothing, the label's"
          + " own entropy says all. What chance alone would give is taken off.",
      "I = Σ p(label, expert) · ln p(label, expert) / (p(label) · p(expert))"),
  FLOW(
      "Flow",
      "Every token is a ribbon to the expert that it goes to, as wide as one token; tokens without"
          + " room flow into the bin at the foot.",
      ""),
  ROUTING_GROUP(
      "Routing group",
      "The tokens that share the experts' capacity. Sentences by themselves are routed as if alone;"
          + " together they compete for the same places.",
      "C = ⌊tokens of the group / N × capacity factor⌋"),
  TOKENS_PER_SECOND(
      "Tokens per second", "Tokens that the Switch model learns from in a second.", ""),
  CHECKPOINT(
      "Checkpoint",
      "Everything that the run needs to go on: weights, optimizer, place in the data, random state."
          + " A resumed run is the same run, bit for bit.",
      ""),
  GENERATION(
      "Generation",
      "The decoder writes one token at a time: each is chosen by the probabilities that the model"
          + " gives all tokens after those before it. Keys and values of earlier tokens are kept,"
          + " so that a token costs the work of one; none is ever dropped in the decoder here.",
      "p(token_n | prompt, token_1 … token_n−1)"),
  WHAT_IF_WRITING(
      "What if, while it writes",
      "The same prompt, weights and draws under the what-if: it changes what the encoder reads, and"
          + " to which experts the tokens go that are written. Of these none is dropped, however"
          + " little room there is.",
      ""),
  DECODING(
      "How tokens are chosen",
      "Greedy: the most probable, each time. Sample: drawn by the probabilities (temperature 0.9,"
          + " top-p 0.95). Beam: the best of a search that keeps 4 texts.",
      "beam score = ln p(text) / ((5 + n) / 6)^0.6"),
  NEXT_TOKEN(
      "Probability of the next token",
      "What the model gave each token at this place, the most probable first; the written one is"
          + " coloured.",
      "p(token) = softmax(logits)"),
  NORM("Norm of a tensor", "The length of all its numbers taken as one vector.", "‖w‖ = √(Σ w²)"),
  ROOT_MEAN_SQUARE(
      "Typical size",
      "The root of the mean square: how large a number of this tensor typically is, whatever its"
          + " shape.",
      "rms = √(Σ w² / n)"),
  MEAN(
      "Mean",
      "The average of the numbers. Weights that start at random and train well stay close to 0;"
          + " those of a normalisation stay near 1.",
      "Σ w / n"),
  RANGE("Range", "The smallest and the largest finite number.", "min w … max w"),
  ZEROS(
      "Zeros", "Numbers that are exactly 0: of a trained tensor there should be almost none.", ""),
  NOT_FINITE(
      "Not finite",
      "Infinite numbers and those that are none (NaN). A single one spoils every result.",
      ""),
  COSINE(
      "Cosine of two experts",
      "How much the weights of two experts point the same way: 1 for copies, about 0 for unrelated"
          + " ones. Experts of an upcycled model begin as copies and drift apart.",
      "cos(a, b) = a·b / (‖a‖ ‖b‖)"),
  MESH(
      "Mesh",
      "How devices share the work: some divide the batch (data), some the experts, some each"
          + " matrix (model).",
      "devices = data × expert × model"),
  DEVICE_BALANCE(
      "Balance between devices",
      "A step lasts as long as its slowest device: the others wait for it. Experts that get more"
          + " tokens than others make their device slower.",
      "max over devices / mean over devices"),
  BUSY(
      "Where a device's time goes",
      "It computes, carries or sums data (exchanges), or does nothing but wait for other devices.",
      "t = computed + exchanged + waited"),
  DEVICE_MEMORY(
      "Memory of a device",
      "Weights, their gradients and optimizer state, what the backward pass needs again, and the"
          + " buffers of tokens on their way. It has to fit below the line.",
      "weights + gradients + optimizer + activations + exchange"),
  STEP_TIME(
      "Time of a step",
      "An estimate from the assumptions at the left: operations over the rate that products reach,"
          + " bytes over bandwidths, less what hides behind computation.",
      "t = FLOP / (peak · share) + bytes / bandwidth + …"),
  EXCHANGES(
      "Exchanges of a step",
      "What devices send one another: tokens to experts and back (all-to-all), sums of parts of"
          + " matrices and of gradients (all-reduce).",
      "all-to-all: E · C · d_model numbers a Switch layer and direction"),
  UPDATE_RATIO(
      "Size of an update",
      "How far one step moves a group of weights, against their size. About a thousandth is usual;"
          + " far more and training may diverge, far less and little is learned there.",
      "‖Δw‖ / ‖w‖"),
  PROBE(
      "Probe",
      "A sentence that the model routes again and again while it learns, without learning from it."
          + " A corner marks a token that asks for another expert than at the look before; hollow"
          + " tokens were dropped.",
      "changed = tokens with another expert / tokens"),
  RUN_MEMORY(
      "Memory of the run",
      "What weights, gradients, optimizer and the largest pass’ activations take, of both models,"
          + " on all devices together.",
      "weights + gradients + moments + activations"),
  COLLECTIVE(
      "Kind of exchange",
      "All-to-all: every device sends each other one its own part. All-reduce: all get the sum of"
          + " what each has. All-gather: all get the parts of all.",
      "all-reduce of n devices sends 2 (n − 1) / n of its bytes"),
  EXCHANGED_BYTES(
      "Bytes sent",
      "What one device sends in all exchanges of this kind in a step, forward and backward.",
      "times a step × bytes each × share that leaves the device"),
  EXCHANGE_TIME(
      "Time of an exchange",
      "Its bytes over the bandwidth of the links it takes, and a latency for each message.",
      "t = bytes / bandwidth + messages · latency"),
  LINKS(
      "Over links or the network",
      "Devices of one node send over its links; an exchange that reaches beyond a node takes the"
          + " network between nodes, which is slower.",
      "bandwidth within a node ≥ bandwidth between nodes"),
  SHAPE(
      "Shape",
      "How many rows and columns a tensor has; their product is how many numbers it holds.",
      "numbers = rows × columns × …"),
  NUMBER_TYPE(
      "Type of the numbers",
      "How each is stored: F32 in four bytes, BF16 and F16 in two.",
      "bytes = numbers × bytes of the type"),
  SURVEYED_TEXTS(
      "Texts that are read",
      "How many texts of the corpus are routed, at most. More give steadier figures and take"
          + " longer.",
      "tokens ≈ texts × length of a row"),
  TRAINING_MEMORY(
      "Memory of training",
      "Weights, their gradients and optimizer state of both models, and what the backward pass"
          + " needs again.",
      "weights + gradients + optimizer + activations"),
  RUN_TIME(
      "Time of the run",
      "By what the newest run on this machine reached. Before there is one: roughly, by some"
          + " steps of a small model; larger ones compute faster for their size.",
      "steps × FLOPs of a step / FLOPs a second"),
  PARAMETERS(
      "Parameters",
      "Numbers that training changes. Experts multiply them without"
          + " multiplying the work for a token.",
      "");

  private final String title;
  private final String meaning;
  private final String formula;

  Term(String title, String meaning, String formula) {
    this.title = title;
    this.meaning = meaning;
    this.formula = formula;
  }

  /** The word. */
  public String title() {
    return title;
  }

  /** A sentence or two. */
  public String meaning() {
    return meaning;
  }

  /** The formula; empty where there is none. */
  public String formula() {
    return formula;
  }
}

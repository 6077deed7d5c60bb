// One number of each token that a lane owns.
alias Value = vec/*owned*/<f32>;
alias Bits = vec/*owned*/<u32>;
alias Integers = vec/*owned*/<i32>;

//! Bit-exact integer operators and encoder of I-BERT.

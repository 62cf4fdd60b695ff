//! The short words: the step, and what a ladder diagram says.

use crate::scripts;

scripts! {
    words_of_the_steps = "
      | > S  X                  |  | SYN      | open 1  | step=Open 1/3; (arrow)=SYN Seq=X; (margin)=SYN-SENT / SYN-RECEIVED
      | < S. Y     ack X+1      |  | SYN-ACK  | open 2  | step=Open 2/3; (arrow)=SYN, ACK Seq=Y Ack=X+1; (margin)=ESTABLISHED / SYN-RECEIVED
      | > .  X+1   ack Y+1      |  | OPEN-ACK | open 3  | step=Open 3/3; (arrow)=ACK Seq=X+1 Ack=Y+1; (margin)=ESTABLISHED / ESTABLISHED
      | > P. C+1   ack S+1 len 5 | | DATA     |         | step; (arrow); (margin)
      | > F. C+6   ack S+1      |  | FIN      | close 1 | step=Close 1/4; (arrow)=FIN, ACK Seq=X Ack=Y
      | < F. S+1   ack C+7      |  | FIN+CLOSE-ACK | close 2+3 | step=Close 2+3/4; (arrow)=FIN, ACK Seq=Y Ack=X+1
      | > .  C+7   ack S+2      |  | CLOSE-ACK | close 4 | step=Close 4/4; (arrow)=ACK Seq=X+1 Ack=Y+1; (margin)=TIME-WAIT / CLOSED
    ";

    words_of_repeats = "
      | > S  X
      | > S  X     @1           |  | SYN      | open 1  | step=Open 1/3 again; (arrow)=SYN Seq=X again; (margin)=SYN-SENT / SYN-RECEIVED
    ";

    words_of_an_opening_that_closes = "
      | > S  X
      | < S. Y     ack X+1
      | > F. C+1   ack S+1      |  | OPEN-ACK+FIN | open 3, close 1 | step=Open 3/3, Close 1/4; (arrow)=FIN, ACK Seq=X Ack=Y
    ";

    words_of_resets = "
      | > S  X
      | < R. 0     ack X+1      |  | RST      |         | step=RST: refused; (arrow)=RST refused; (margin)=CLOSED / CLOSED
    ";
}

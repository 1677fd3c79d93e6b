"""What is kept on disk, and exact search in it. The only room that knows faiss."""

"""AGREE: who approves what, official acts (văn bản), frozen lists and their versions, public posting."""

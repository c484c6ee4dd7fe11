// SPDX-License-Identifier: MIT
#pragma once
#include <QListWidget>
#include <QStringList>

#include "app/work/worker_queue.h"

namespace hmr {

/// The files at hand as a strip of thumbnails, which are decoded off the window's thread.
class FolderStrip : public QListWidget {
    Q_OBJECT
public:
    explicit FolderStrip(QWidget* parent = nullptr);

    void setFiles(const QStringList& files);
    const QStringList& files() const { return files_; }
    /// Marks a file as the one that is open; nothing happens when it is not in the strip.
    void markCurrent(const QString& file);
    /// The file `step` places from the current one, empty beyond the ends.
    QString neighbour(int step) const;

Q_SIGNALS:
    void fileChosen(const QString& file);

private:
    void requestThumbnails();
    void takeThumbnail(int generation, int row, const QImage& image);

    QStringList files_;
    int generation_ = 0;  ///< thumbnails of an older list are dropped
    WorkerQueue decoder_;
};

}  // namespace hmr
